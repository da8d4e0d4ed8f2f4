import { sent, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** Results of tools. */
export const results: readonly Scenario[] = [
  {
    name: 'the result of a tool, with a picture',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_0123456789',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Rome"}' },
            },
          ],
        },
        {
          role: 'tool',
          tool_call_id: 'call_0123456789',
          content: [
            { type: 'text', text: 'Rain' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          ],
        },
      ],
      max_tokens: 100,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
          },
        ],
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          {
            type: 'function_call',
            call_id: 'call_0123456789',
            name: 'weather',
            arguments: '{"city":"Rome"}',
          },
          {
            type: 'function_call_output',
            call_id: 'call_0123456789',
            output: [
              { type: 'input_text', text: 'Rain' },
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto' },
            ],
          },
        ],
        stream: true,
        max_output_tokens: 100,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'auto',
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city }],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'call_0123456789', name: 'weather', input: { city: 'Rome' } }],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'call_0123456789',
                content: [
                  { type: 'text', text: 'Rain' },
                  {
                    type: 'image',
                    source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
                  },
                ],
              },
            ],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Rain' } } }] },
          { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }] },
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          {
            role: 'assistant',
            content: [
              { toolUse: { toolUseId: 'call_0123456789', name: 'weather', input: { city: 'Rome' } } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                toolResult: {
                  toolUseId: 'call_0123456789',
                  content: [
                    { text: 'Rain' },
                    { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
                  ],
                },
              },
            ],
          },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
          },
        ],
        stream: true,
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'gpcwd48st',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'gpcwd48st', content: 'Rain', name: 'weather' },
          { role: 'assistant', content: 'OK.' },
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
          },
        ],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
      }),
    },
  },
  {
    name: 'a result, and a word of the user after it',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_0123456789',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Rome"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
        { role: 'user', content: 'And now?' },
      ],
      max_tokens: 100,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
          { role: 'user', content: 'And now?' },
        ],
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          {
            type: 'function_call',
            call_id: 'call_0123456789',
            name: 'weather',
            arguments: '{"city":"Rome"}',
          },
          { type: 'function_call_output', call_id: 'call_0123456789', output: 'Rain' },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And now?' }] },
        ],
        stream: true,
        max_output_tokens: 100,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'auto',
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city }],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'call_0123456789', name: 'weather', input: { city: 'Rome' } }],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'call_0123456789',
                content: [{ type: 'text', text: 'Rain' }],
              },
              { type: 'text', text: 'And now?' },
            ],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Rain' } } }] },
          { role: 'user', parts: [{ text: 'And now?' }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }] },
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          {
            role: 'assistant',
            content: [
              { toolUse: { toolUseId: 'call_0123456789', name: 'weather', input: { city: 'Rome' } } },
            ],
          },
          {
            role: 'user',
            content: [
              { toolResult: { toolUseId: 'call_0123456789', content: [{ text: 'Rain' }] } },
              { text: 'And now?' },
            ],
          },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
          { role: 'user', content: 'And now?' },
        ],
        stream: true,
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'gpcwd48st',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'gpcwd48st', content: 'Rain', name: 'weather' },
          { role: 'assistant', content: 'OK.' },
          { role: 'user', content: 'And now?' },
        ],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
      }),
    },
  },
  {
    name: 'a history of tools that are not offered any more',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_0123456789',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Rome"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          {
            type: 'function_call',
            call_id: 'call_0123456789',
            name: 'weather',
            arguments: '{"city":"Rome"}',
          },
          { type: 'function_call_output', call_id: 'call_0123456789', output: 'Rain' },
        ],
        stream: true,
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'call_0123456789', name: 'weather', input: { city: 'Rome' } }],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'call_0123456789',
                content: [{ type: 'text', text: 'Rain' }],
              },
            ],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Rain' } } }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: '(Called the tool weather with {"city":"Rome"})' }] },
          { role: 'user', content: [{ text: '(The tool answered)' }, { text: 'Rain' }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            tool_calls: [
              {
                id: 'call_0123456789',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'gpcwd48st',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'gpcwd48st', content: 'Rain', name: 'weather' },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
]
