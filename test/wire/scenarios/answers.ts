import { sent, unsupported, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const letter = { type: 'object', properties: { a: { type: 'string' } } }

/** The form of the answer. */
export const answers: readonly Scenario[] = [
  {
    name: 'an answer by a schema',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: letter } },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: letter },
        },
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        text: { format: { type: 'json_schema', name: 'answer', schema: letter, strict: true } },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        output_config: {
          format: {
            type: 'json_schema',
            schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
          },
        },
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          responseMimeType: 'application/json',
          responseJsonSchema: letter,
          thinkingConfig: { includeThoughts: true },
        },
      }),
      'bedrock-converse': sent({
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: 'answer_in_json',
                description: 'Gives the final answer. Call it once, with the whole answer.',
                inputSchema: { json: letter },
              },
            },
          ],
          toolChoice: { any: {} },
        },
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 100,
        response_format: { type: 'json_object', json_schema: letter },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: letter },
        },
        stream: true,
      }),
    },
  },
  {
    name: 'an answer in JSON',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      response_format: { type: 'json_object' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        response_format: { type: 'json_object' },
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        text: { format: { type: 'json_object' } },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [
          {
            name: 'answer_in_json',
            description: 'Gives the final answer. Call it once, with the whole answer.',
            input_schema: { type: 'object' },
          },
        ],
        tool_choice: { type: 'tool', name: 'answer_in_json' },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          responseMimeType: 'application/json',
          thinkingConfig: { includeThoughts: true },
        },
      }),
      'bedrock-converse': sent({
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: 'answer_in_json',
                description: 'Gives the final answer. Call it once, with the whole answer.',
                inputSchema: { json: { type: 'object' } },
              },
            },
          ],
          toolChoice: { any: {} },
        },
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 100,
        response_format: { type: 'json_object' },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        response_format: { type: 'json_object' },
        stream: true,
      }),
    },
  },
  {
    name: 'an answer by a schema, with tools',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: letter } },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: letter } },
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'auto',
        text: { format: { type: 'json_schema', name: 'answer', schema: letter } },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        output_config: {
          format: {
            type: 'json_schema',
            schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
          },
        },
        stream: true,
      }),
      'google-generate': unsupported(
        "response_format: this model's provider cannot hold to it beside tools; send one of them",
      ),
      'bedrock-converse': sent({
        toolConfig: {
          tools: [
            { toolSpec: { name: 'weather', inputSchema: { json: city } } },
            {
              toolSpec: {
                name: 'answer_in_json',
                description: 'Gives the final answer. Call it once, with the whole answer.',
                inputSchema: { json: letter },
              },
            },
          ],
          toolChoice: { any: {} },
        },
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': unsupported(
        "response_format: this model's provider cannot hold to it beside tools; send one of them",
      ),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: letter } },
        stream: true,
      }),
    },
  },
]
