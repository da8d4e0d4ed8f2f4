import { sent, unsupported, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const letter = { type: 'object', properties: { a: { type: 'string' } } }

/** What a client of OpenAI's Responses asks. */
export const responses: readonly Scenario[] = [
  {
    client: 'openai-responses',
    name: 'Responses: a text with instructions',
    request: {
      input: 'Hi',
      instructions: 'Be brief.',
      max_output_tokens: 100,
      temperature: 0.5,
      user: 'u-1',
      metadata: { team: 'x' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
        max_completion_tokens: 100,
        temperature: 0.5,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: 'Hi',
        instructions: 'Be brief.',
        max_output_tokens: 100,
        temperature: 0.5,
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        temperature: 0.5,
        stream: true,
      }),
      'google-generate': sent({
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          temperature: 0.5,
          thinkingConfig: { includeThoughts: true },
        },
      }),
      'bedrock-converse': sent({
        system: [{ text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100, temperature: 0.5 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
        max_tokens: 100,
        temperature: 0.5,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
        max_tokens: 100,
        temperature: 0.5,
      }),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a tool loop with an encrypted thought',
    request: {
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm' }],
          encrypted_content: 'gAAAA',
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_0123456789',
          name: 'weather',
          arguments: '{"city":"Rome"}',
        },
        {
          type: 'function_call_output',
          call_id: 'call_0123456789',
          output: [
            { type: 'input_text', text: 'Rain' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'weather', parameters: city }],
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'high', summary: 'auto' },
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
        stream: true,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'auto',
        reasoning_effort: 'high',
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          {
            type: 'reasoning',
            id: 'rs_1',
            summary: [{ type: 'summary_text', text: 'Hm' }],
            encrypted_content: 'gAAAA',
          },
          {
            type: 'function_call',
            id: 'fc_1',
            call_id: 'call_0123456789',
            name: 'weather',
            arguments: '{"city":"Rome"}',
          },
          {
            type: 'function_call_output',
            call_id: 'call_0123456789',
            output: [
              { type: 'input_text', text: 'Rain' },
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
            ],
          },
        ],
        tools: [{ type: 'function', name: 'weather', parameters: city }],
        include: ['reasoning.encrypted_content'],
        reasoning: { effort: 'high', summary: 'auto' },
        stream: true,
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
        max_tokens: 8_192,
        thinking: { type: 'enabled', budget_tokens: 6_553 },
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
        generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 19_660 } },
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
        inferenceConfig: { maxTokens: 8_192 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 6_553 } },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            tool_plan: 'Hm',
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
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        thinking: { type: 'enabled' },
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
        stream: true,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'auto',
        reasoning_effort: 'high',
      }),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a schema, a verbosity and a tool by name',
    request: {
      input: 'Hi',
      max_output_tokens: 100,
      text: { verbosity: 'low', format: { type: 'json_schema', name: 'answer', schema: letter } },
      tools: [{ type: 'function', name: 'weather', parameters: city }],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: { type: 'function', function: { name: 'weather' } },
        parallel_tool_calls: false,
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: letter } },
        verbosity: 'low',
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: 'Hi',
        max_output_tokens: 100,
        text: { verbosity: 'low', format: { type: 'json_schema', name: 'answer', schema: letter } },
        tools: [{ type: 'function', name: 'weather', parameters: city }],
        tool_choice: { type: 'function', name: 'weather' },
        parallel_tool_calls: false,
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          tools: [{ name: 'weather', input_schema: city }],
          tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          output_config: {
            format: {
              type: 'json_schema',
              schema: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
            },
          },
          stream: true,
        },
        { dropped: ['verbosity'] },
      ),
      'google-generate': unsupported(
        "response_format: this model's provider cannot hold to it beside tools; send one of them",
      ),
      'bedrock-converse': sent(
        {
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
          },
          messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
          inferenceConfig: { maxTokens: 100 },
          additionalModelRequestFields: { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
        },
        { dropped: ['verbosity'] },
      ),
      'cohere-chat': unsupported(
        "response_format: this model's provider cannot hold to it beside tools; send one of them",
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          tool_choice: 'any',
          parallel_tool_calls: false,
          response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: letter } },
        },
        { dropped: ['verbosity'] },
      ),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a picture and a document',
    request: {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          ],
        },
      ],
      max_output_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' } },
              {
                type: 'file',
                file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
              },
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
            role: 'user',
            content: [
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' },
              { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
            ],
          },
        ],
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [
            {
              role: 'user',
              content: [
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
                {
                  type: 'document',
                  source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
                  title: 'a.pdf',
                },
              ],
            },
          ],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['image_url.detail'] },
      ),
      'google-generate': sent(
        {
          contents: [
            {
              role: 'user',
              parts: [
                { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
                { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
              ],
            },
          ],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['image_url.detail'] },
      ),
      'bedrock-converse': sent(
        {
          messages: [
            {
              role: 'user',
              content: [
                { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
                { document: { format: 'pdf', name: 'document-1', source: { bytes: 'JVBERi0=' } } },
                { text: 'a.pdf' },
              ],
            },
          ],
          inferenceConfig: { maxTokens: 100 },
        },
        { dropped: ['image_url.detail'] },
      ),
      'cohere-chat': unsupported("messages: this model's provider takes no files; send text or images"),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'high' } },
              { type: 'document_url', document_url: 'data:application/pdf;base64,JVBERi0=' },
            ],
          },
        ],
        stream: true,
        max_tokens: 100,
      }),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a search of the web by OpenAI',
    request: { input: 'Hi', tools: [{ type: 'web_search' }] },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          stream_options: { include_usage: true },
        },
        { dropped: ['tools.web_search'] },
      ),
      'openai-responses': sent({
        model: 'gpt',
        input: 'Hi',
        tools: [{ type: 'web_search' }],
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 8_192,
          stream: true,
        },
        { dropped: ['tools.web_search'] },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['tools.web_search'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 8_192 } },
        { dropped: ['tools.web_search'] },
      ),
      'cohere-chat': sent(
        { model: 'command-a-reasoning', messages: [{ role: 'user', content: 'Hi' }], stream: true },
        { dropped: ['tools.web_search'] },
      ),
      mistral: sent(
        { model: 'mistral-medium', messages: [{ role: 'user', content: 'Hi' }], stream: true },
        { dropped: ['tools.web_search'] },
      ),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a computer that OpenAI operated',
    request: {
      input: [
        { role: 'user', content: 'Hi' },
        {
          type: 'computer_call',
          id: 'cu_1',
          call_id: 'call_1',
          action: { type: 'screenshot' },
          status: 'completed',
        },
      ],
    },
    bodies: {
      'openai-chat': unsupported('input[1]: computer_call is only understood by providers of this format'),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          { role: 'user', content: 'Hi' },
          {
            type: 'computer_call',
            id: 'cu_1',
            call_id: 'call_1',
            action: { type: 'screenshot' },
            status: 'completed',
          },
        ],
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': unsupported(
        'input[1]: computer_call is only understood by providers of this format',
      ),
      'google-generate': unsupported(
        'input[1]: computer_call is only understood by providers of this format',
      ),
      'bedrock-converse': unsupported(
        'input[1]: computer_call is only understood by providers of this format',
      ),
      'cohere-chat': unsupported('input[1]: computer_call is only understood by providers of this format'),
      mistral: unsupported('input[1]: computer_call is only understood by providers of this format'),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a prompt that is cut to fit',
    request: { input: 'Hi', truncation: 'auto', prompt_cache_key: 'k' },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          stream_options: { include_usage: true },
        },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
      'openai-responses': sent({
        model: 'gpt',
        input: 'Hi',
        truncation: 'auto',
        prompt_cache_key: 'k',
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 8_192,
          stream: true,
        },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 8_192 } },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
      'cohere-chat': sent(
        { model: 'command-a-reasoning', messages: [{ role: 'user', content: 'Hi' }], stream: true },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
      mistral: sent(
        { model: 'mistral-medium', messages: [{ role: 'user', content: 'Hi' }], stream: true },
        { dropped: ['prompt_cache_key', 'truncation'] },
      ),
    },
  },
  {
    client: 'openai-responses',
    name: 'Responses: a file that is stored at OpenAI',
    request: { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] },
    bodies: {
      'openai-chat': unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }],
        include: ['reasoning.encrypted_content'],
        stream: true,
        store: false,
      }),
      'anthropic-messages': unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
      'google-generate': unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
      'bedrock-converse': unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
      'cohere-chat': unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
      mistral: unsupported(
        'input[0].content[0].file_id: the file is stored at another provider; send the file itself',
      ),
    },
  },
]
