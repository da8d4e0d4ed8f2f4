import { sent, unsupported, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const letter = { type: 'object', properties: { a: { type: 'string' } } }

/** What a client of Anthropic's format asks. */
export const messages: readonly Scenario[] = [
  {
    client: 'anthropic-messages',
    name: 'Messages: instructions, sampling and a cap',
    request: {
      max_tokens: 100,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.5,
      top_k: 40,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-1' },
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [
            { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
            { role: 'user', content: 'Hi' },
          ],
          stream: true,
          max_completion_tokens: 100,
          temperature: 0.5,
          stop: ['END'],
          stream_options: { include_usage: true },
        },
        { dropped: ['top_k', 'cache_control'] },
      ),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [
            { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          ],
          stream: true,
          max_output_tokens: 100,
          temperature: 0.5,
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['top_k', 'stop', 'cache_control'] },
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: [{ role: 'user', content: 'Hi' }],
        temperature: 0.5,
        top_k: 40,
        stop_sequences: ['END'],
        stream: true,
      }),
      'google-generate': sent(
        {
          systemInstruction: { parts: [{ text: 'Be brief.' }] },
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: {
            maxOutputTokens: 100,
            temperature: 0.5,
            topK: 40,
            stopSequences: ['END'],
            thinkingConfig: { includeThoughts: true },
          },
        },
        { dropped: ['cache_control'] },
      ),
      'bedrock-converse': sent({
        system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ['END'] },
        additionalModelRequestFields: { top_k: 40 },
        additionalModelResponseFieldPaths: ['/delta/stop_sequence'],
      }),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
          stream: true,
          max_tokens: 100,
          temperature: 0.5,
          k: 40,
          stop_sequences: ['END'],
        },
        { dropped: ['cache_control'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [
            { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
            { role: 'user', content: 'Hi' },
          ],
          stream: true,
          max_tokens: 100,
          temperature: 0.5,
          stop: ['END'],
        },
        { dropped: ['top_k', 'cache_control'] },
      ),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: a tool loop with a thought, and one that failed',
    request: {
      max_tokens: 10_000,
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'SIG' },
            { type: 'redacted_thinking', data: 'RED' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: 'No such city' }],
        },
      ],
      tools: [{ name: 'weather', input_schema: city }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 2_000 },
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [
            { role: 'user', content: 'Hi' },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 'toolu_1',
                  type: 'function',
                  function: { name: 'weather', arguments: '{"city":"Rome"}' },
                },
              ],
            },
            { role: 'tool', tool_call_id: 'toolu_1', content: 'No such city' },
          ],
          stream: true,
          max_completion_tokens: 10_000,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          tool_choice: 'auto',
          parallel_tool_calls: false,
          reasoning_effort: 'low',
          stream_options: { include_usage: true },
        },
        { dropped: ['tool_result.is_error'] },
      ),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
            { type: 'function_call', call_id: 'toolu_1', name: 'weather', arguments: '{"city":"Rome"}' },
            { type: 'function_call_output', call_id: 'toolu_1', output: 'No such city' },
          ],
          stream: true,
          max_output_tokens: 10_000,
          tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
          tool_choice: 'auto',
          parallel_tool_calls: false,
          reasoning: { summary: 'auto', effort: 'low' },
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['tool_result.is_error'] },
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 10_000,
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm', signature: 'SIG' },
              { type: 'redacted_thinking', data: 'RED' },
              { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: 'No such city' },
            ],
          },
        ],
        tools: [{ name: 'weather', input_schema: city }],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        thinking: { type: 'enabled', budget_tokens: 2_000 },
        stream: true,
      }),
      'google-generate': sent(
        {
          tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
          contents: [
            { role: 'user', parts: [{ text: 'Hi' }] },
            { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } } }] },
            {
              role: 'user',
              parts: [{ functionResponse: { name: 'weather', response: { error: 'No such city' } } }],
            },
          ],
          generationConfig: {
            maxOutputTokens: 10_000,
            thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 },
          },
        },
        { dropped: ['parallel_tool_calls'] },
      ),
      'bedrock-converse': sent({
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }] },
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          {
            role: 'assistant',
            content: [
              { reasoningContent: { reasoningText: { text: 'Hm', signature: 'SIG' } } },
              { reasoningContent: { redactedContent: 'RED' } },
              { toolUse: { toolUseId: 'toolu_1', name: 'weather', input: { city: 'Rome' } } },
            ],
          },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 'toolu_1', content: [{ text: 'No such city' }], status: 'error' } },
            ],
          },
        ],
        inferenceConfig: { maxTokens: 10_000 },
        additionalModelRequestFields: {
          thinking: { type: 'enabled', budget_tokens: 2_000 },
          tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        },
      }),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [
            { role: 'user', content: 'Hi' },
            {
              role: 'assistant',
              tool_plan: 'Hm',
              tool_calls: [
                {
                  id: 'toolu_1',
                  type: 'function',
                  function: { name: 'weather', arguments: '{"city":"Rome"}' },
                },
              ],
            },
            { role: 'tool', tool_call_id: 'toolu_1', content: 'No such city' },
          ],
          stream: true,
          max_tokens: 10_000,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          thinking: { type: 'enabled', token_budget: 2_000 },
        },
        { dropped: ['parallel_tool_calls', 'tool_result.is_error'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [
            { role: 'user', content: 'Hi' },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 'hlslqbb5e',
                  type: 'function',
                  function: { name: 'weather', arguments: '{"city":"Rome"}' },
                },
              ],
            },
            { role: 'tool', tool_call_id: 'hlslqbb5e', content: 'No such city', name: 'weather' },
          ],
          stream: true,
          max_tokens: 10_000,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          tool_choice: 'auto',
          parallel_tool_calls: false,
          reasoning_effort: 'high',
        },
        { dropped: ['tool_result.is_error'] },
      ),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: a picture and a document of words',
    request: {
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
            {
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: 'Once.' },
              title: 'Tale',
            },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
              { type: 'text', text: 'Tale' },
              { type: 'text', text: 'Once.' },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
        stream: true,
        max_completion_tokens: 100,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' },
              { type: 'input_text', text: 'Tale' },
              { type: 'input_text', text: 'Once.' },
              { type: 'input_text', text: 'What is this?' },
            ],
          },
        ],
        stream: true,
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
              {
                type: 'document',
                source: { type: 'text', media_type: 'text/plain', data: 'Once.' },
                title: 'Tale',
              },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
        stream: true,
      }),
      'google-generate': sent({
        contents: [
          {
            role: 'user',
            parts: [
              { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
              { text: 'Tale' },
              { text: 'Once.' },
              { text: 'What is this?' },
            ],
          },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          {
            role: 'user',
            content: [
              { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
              { text: 'Tale' },
              { document: { format: 'txt', name: 'document-1', source: { bytes: 'T25jZS4=' } } },
              { text: 'What is this?' },
            ],
          },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
              { type: 'text', text: 'Tale' },
              { type: 'text', text: 'Once.' },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
              { type: 'text', text: 'Tale' },
              { type: 'text', text: 'Once.' },
              { type: 'text', text: 'What is this?' },
            ],
          },
        ],
        stream: true,
        max_tokens: 100,
      }),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: effort and a schema',
    request: {
      max_tokens: 10_000,
      messages: [{ role: 'user', content: 'Hi' }],
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high', format: { type: 'json_schema', schema: letter } },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_completion_tokens: 10_000,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: letter, strict: true },
        },
        reasoning_effort: 'high',
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 10_000,
        text: { format: { type: 'json_schema', name: 'answer', schema: letter, strict: true } },
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 10_000,
        messages: [{ role: 'user', content: 'Hi' }],
        thinking: { type: 'enabled', budget_tokens: 8_000 },
        output_config: { format: { type: 'json_schema', schema: letter } },
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 10_000,
          responseMimeType: 'application/json',
          responseJsonSchema: letter,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 8_000 },
        },
      }),
      'bedrock-converse': sent(
        {
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
          inferenceConfig: { maxTokens: 10_000 },
        },
        { dropped: ['reasoning'] },
      ),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 10_000,
        response_format: { type: 'json_object', json_schema: letter },
        thinking: { type: 'enabled', token_budget: 8_000 },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 10_000,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: letter, strict: true },
        },
        reasoning_effort: 'high',
      }),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: a search of the web by Anthropic',
    request: {
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
    },
    bodies: {
      'openai-chat': unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'openai-responses': unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Hi' }],
        tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
        stream: true,
      }),
      'google-generate': unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'bedrock-converse': unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'cohere-chat': unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      mistral: unsupported(
        "tools[0].type: web_search_20250305: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: edits of the context, with a beta',
    betas: 'context-management-2025-06-27,made-up-2026-01-01',
    request: {
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_completion_tokens: 100,
          stream_options: { include_usage: true },
        },
        { dropped: ['context_management'] },
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
        { dropped: ['context_management'] },
      ),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          max_tokens: 100,
          messages: [{ role: 'user', content: 'Hi' }],
          context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
          stream: true,
        },
        { betas: 'context-management-2025-06-27,made-up-2026-01-01' },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['context_management'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 100 } },
        { dropped: ['context_management'] },
      ),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['context_management'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['context_management'] },
      ),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: servers of tools',
    request: {
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      mcp_servers: [{ type: 'url', url: 'https://a.example/mcp', name: 'a' }],
    },
    bodies: {
      'openai-chat': unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'openai-responses': unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Hi' }],
        mcp_servers: [{ type: 'url', url: 'https://a.example/mcp', name: 'a' }],
        stream: true,
      }),
      'google-generate': unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'bedrock-converse': unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'cohere-chat': unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      mistral: unsupported(
        "mcp_servers: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
    },
  },
  {
    client: 'anthropic-messages',
    name: 'Messages: results of code that ran at Anthropic',
    request: {
      max_tokens: 100,
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'code_execution', input: { code: '1' } },
          ],
        },
        { role: 'user', content: 'Hi' },
      ],
    },
    bodies: {
      'openai-chat': unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'openai-responses': unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        max_tokens: 100,
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: [
              { type: 'server_tool_use', id: 'srvtoolu_1', name: 'code_execution', input: { code: '1' } },
            ],
          },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
      }),
      'google-generate': unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'bedrock-converse': unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      'cohere-chat': unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
      mistral: unsupported(
        "messages[1].content[0].type: server_tool_use: no provider of this model has it; leave it out, or ask a model of Anthropic's",
      ),
    },
  },
]
