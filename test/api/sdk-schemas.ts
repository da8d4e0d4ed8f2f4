import * as z from 'zod'

/** What the official client (@openrouter/sdk 1.3.19) insists on in each reply. */
const instant = z.iso.datetime({ offset: true })
const spending = {
  byok_usage: z.number(),
  byok_usage_daily: z.number(),
  byok_usage_monthly: z.number(),
  byok_usage_weekly: z.number(),
  creator_user_id: z.string().nullable(),
  expires_at: instant.nullable().optional(),
  include_byok_in_limit: z.boolean(),
  label: z.string(),
  limit: z.number().nullable(),
  limit_remaining: z.number().nullable(),
  limit_reset: z.string().nullable(),
  usage: z.number(),
  usage_daily: z.number(),
  usage_monthly: z.number(),
  usage_weekly: z.number(),
}

export const keySchema = z.object({
  ...spending,
  created_at: z.string(),
  disabled: z.boolean(),
  external_user: z.string().nullable(),
  hash: z.string(),
  name: z.string(),
  updated_at: z.string().nullable(),
  workspace_id: z.string(),
})

export const ownKeySchema = z.object({
  ...spending,
  allowed_data_regions: z.array(z.string()),
  free_model_daily_requests: z.object({ limit: z.int(), remaining: z.int(), used: z.int() }),
  is_free_tier: z.boolean(),
  is_management_key: z.boolean(),
  is_provisioning_key: z.boolean(),
  organization_id: z.string().nullable(),
  rate_limit: z.object({ interval: z.string(), note: z.string(), requests: z.int() }),
  workspace_id: z.string().nullable(),
})

const text = z.string().nullable()
const integer = z.int().nullable()
const number = z.number().nullable()

export const generationSchema = z.object({
  api_type: text,
  app_id: integer,
  cache_discount: number,
  cancelled: z.boolean().nullable(),
  created_at: z.string(),
  data_region: z.string(),
  external_user: text,
  finish_reason: text,
  generation_time: number,
  http_referer: text,
  id: z.string(),
  is_byok: z.boolean(),
  latency: number,
  model: z.string(),
  moderation_latency: number,
  native_finish_reason: text,
  native_tokens_cached: integer,
  native_tokens_completion: integer,
  native_tokens_completion_images: integer,
  native_tokens_prompt: integer,
  native_tokens_reasoning: integer,
  num_fetches: integer,
  num_input_audio_prompt: integer,
  num_media_completion: integer,
  num_media_prompt: integer,
  num_search_results: integer,
  origin: z.string(),
  preset_id: text,
  provider_name: text,
  provider_responses: z
    .array(
      z.object({
        endpoint_id: z.string().optional(),
        id: z.string().optional(),
        is_byok: z.boolean().optional(),
        latency: z.number().optional(),
        model_permaslug: z.string().optional(),
        provider_name: z.string().optional(),
        status: integer,
      }),
    )
    .nullable(),
  request_id: text,
  response_cache_source_id: text,
  router: text,
  service_tier: text,
  session_id: text,
  streamed: z.boolean().nullable(),
  tokens_completion: integer,
  tokens_prompt: integer,
  total_cost: z.number(),
  upstream_id: text,
  upstream_inference_cost: number,
  usage: z.number(),
  user_agent: text,
  web_search_engine: text,
  workspace_id: text,
})

export const activitySchema = z.object({
  byok_usage_inference: z.number(),
  completion_tokens: z.int(),
  date: z.string(),
  endpoint_id: z.string(),
  model: z.string(),
  model_permaslug: z.string(),
  prompt_tokens: z.int(),
  provider_name: z.string(),
  reasoning_tokens: z.int(),
  requests: z.int(),
  usage: z.number(),
})
