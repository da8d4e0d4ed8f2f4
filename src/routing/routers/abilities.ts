import type { Skill, Tier } from './classify.ts'

/**
 * How able models are, as the highest tier they are trusted with in text, code, reasoning and as agents. This is our
 * own judgement, from what their makers and public comparisons say of them; it is coarse on purpose. A model that is not
 * here is chosen where none that is can be called.
 */
const idsByAbility: Readonly<Record<string, string>> = {
  3333:
    'anthropic/claude-fable-5.2 anthropic/claude-opus-4.8 anthropic/claude-opus-5.5 ' +
    'anthropic/claude-sonnet-5.5 deepseek/deepseek-v4-pro-0813 google/gemini-3.1-pro-preview ' +
    'google/gemini-4-argon moonshotai/kimi-k3.1 openai/gpt-5 openai/gpt-5.5 openai/gpt-6-astra ' +
    'openai/gpt-6.1-sol x-ai/grok-4.7',
  3323: 'anthropic/claude-sonnet-4.6 moonshotai/kimi-k2.6 qwen/qwen3.8-max z-ai/glm-5.3',
  3232: 'google/gemini-2.5-pro google/gemini-3.8-flash meta/muse-spark-1.3 openai/gpt-6.1-terra',
  3222: 'mistralai/mistral-large-4',
  2223: 'minimax/minimax-m3',
  2222:
    'anthropic/claude-haiku-4.5 anthropic/claude-haiku-5.5 deepseek/deepseek-v3.2 ' +
    'deepseek/deepseek-v4.1-flash openai/gpt-5-mini openai/gpt-5.4-mini openai/gpt-6-luna ' +
    'openai/gpt-oss-120b qwen/qwen3.8-flash z-ai/glm-5.3-flash',
  2122: 'google/gemini-2.5-flash google/gemini-3.5-flash-lite x-ai/grok-4.1-fast',
  2112: 'amazon/nova-2-lite-v1 amazon/nova-pro-v1',
  2111: 'meta-llama/llama-3.3-70b-instruct meta-llama/llama-4-maverick mistralai/mistral-small-2603',
  1111:
    'amazon/nova-lite-v1 google/gemini-2.5-flash-lite openai/gpt-4o-mini openai/gpt-5-nano ' +
    'openai/gpt-oss-20b qwen/qwen3-32b',
}

const abilities = new Map(
  Object.entries(idsByAbility).flatMap(([ability, ids]) => ids.split(' ').map((id) => [id, ability])),
)

const columns: readonly Skill[] = ['text', 'code', 'reasoning', 'agent']

export function isJudged(id: string): boolean {
  return abilities.has(id)
}

/** The highest tier that a model is trusted with; undefined where nothing is known of it. */
export function abilityOf(id: string, skill: Skill): Tier | undefined {
  const digit = abilities.get(id)?.[columns.indexOf(skill)]
  return ([1, 2, 3] as const).find((tier) => String(tier) === digit)
}
