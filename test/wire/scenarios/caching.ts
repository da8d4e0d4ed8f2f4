import { sent, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** What is worth keeping in a cache. */
export const caching: readonly Scenario[] = [
  {
    name: 'marks for the cache',
    request: {
      messages: [
        {
          role: 'system',
          content: [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
        { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
      ],
      max_tokens: 100,
      tools: [
        {
          type: 'function',
          function: { name: 'weather', parameters: city },
          cache_control: { type: 'ephemeral' },
        },
      ],
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [
            { role: 'system', content: [{ type: 'text', text: 'Long.' }] },
            { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          ],
          max_completion_tokens: 100,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          stream: true,
          stream_options: { include_usage: true },
        },
        { dropped: ['cache_control'] },
      ),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [
            { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Long.' }] },
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          ],
          stream: true,
          max_output_tokens: 100,
          tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
          tool_choice: 'auto',
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['cache_control'] },
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city, cache_control: { type: 'ephemeral' } }],
        system: [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent(
        {
          tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
          systemInstruction: { parts: [{ text: 'Long.' }] },
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['cache_control'] },
      ),
      'bedrock-converse': sent({
        toolConfig: {
          tools: [
            { toolSpec: { name: 'weather', inputSchema: { json: city } } },
            { cachePoint: { type: 'default' } },
          ],
        },
        system: [{ text: 'Long.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [
            { role: 'system', content: 'Long.' },
            { role: 'user', content: 'Hi' },
          ],
          stream: true,
          max_tokens: 100,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        },
        { dropped: ['cache_control'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [
            { role: 'system', content: [{ type: 'text', text: 'Long.' }] },
            { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          ],
          max_tokens: 100,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          stream: true,
        },
        { dropped: ['cache_control'] },
      ),
    },
  },
  {
    name: 'a cache for the whole prompt',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      cache_control: { type: 'ephemeral' },
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [{ role: 'user', content: 'Hi' }],
          max_completion_tokens: 100,
          stream: true,
          stream_options: { include_usage: true },
        },
        { dropped: ['cache_control'] },
      ),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
          stream: true,
          max_output_tokens: 100,
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['cache_control'] },
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        cache_control: { type: 'ephemeral' },
        stream: true,
      }),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['cache_control'] },
      ),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ text: 'Hi' }, { cachePoint: { type: 'default' } }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['cache_control'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['cache_control'] },
      ),
    },
  },
]
