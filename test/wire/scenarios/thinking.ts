import { sent, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** How much to think, and thoughts that come back. */
export const thinking: readonly Scenario[] = [
  {
    name: 'thinking by effort',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 10_000,
      reasoning: { effort: 'high' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 10_000,
        reasoning_effort: 'high',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 10_000,
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 10_000,
        thinking: { type: 'enabled', budget_tokens: 8_000 },
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 10_000,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 8_000 },
        },
      }),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 10_000 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 8_000 } },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 10_000,
        thinking: { type: 'enabled', token_budget: 8_000 },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 10_000,
        reasoning_effort: 'high',
        stream: true,
      }),
    },
  },
  {
    name: 'thinking by budget',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 10_000,
      temperature: 0.5,
      reasoning: { max_tokens: 2_000 },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 10_000,
        temperature: 0.5,
        reasoning_effort: 'low',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 10_000,
        temperature: 0.5,
        reasoning: { summary: 'auto', effort: 'low' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 10_000,
          thinking: { type: 'enabled', budget_tokens: 2_000 },
          stream: true,
        },
        { dropped: ['temperature'] },
      ),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 10_000,
          temperature: 0.5,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 },
        },
      }),
      'bedrock-converse': sent(
        {
          messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
          inferenceConfig: { maxTokens: 10_000 },
          additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_000 } },
        },
        { dropped: ['temperature'] },
      ),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 10_000,
        temperature: 0.5,
        thinking: { type: 'enabled', token_budget: 2_000 },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 10_000,
        temperature: 0.5,
        reasoning_effort: 'high',
        stream: true,
      }),
    },
  },
  {
    name: 'no thinking',
    request: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100, reasoning: { effort: 'none' } },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        reasoning_effort: 'none',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        reasoning: { effort: 'none', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          thinkingConfig: { includeThoughts: false, thinkingBudget: 0 },
        },
      }),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 100,
        thinking: { type: 'disabled' },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        reasoning_effort: 'none',
        stream: true,
      }),
    },
  },
  {
    name: 'thoughts that nobody wants to see',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 10_000,
      reasoning: { enabled: true, exclude: true },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 10_000,
        reasoning_effort: 'medium',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 10_000,
        reasoning: { summary: 'auto', effort: 'medium' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 10_000,
        thinking: { type: 'enabled', budget_tokens: 5_000 },
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 10_000,
          thinkingConfig: { includeThoughts: false, thinkingBudget: 5_000 },
        },
      }),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 10_000 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 5_000 } },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 10_000,
        thinking: { type: 'enabled' },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 10_000,
        reasoning_effort: 'high',
        stream: true,
      }),
    },
  },
  {
    name: 'thoughts of Claude that come back',
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
          reasoning_details: [
            { type: 'reasoning.text', text: 'Hm', signature: 'SIG', format: 'anthropic-claude-v1', index: 0 },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
      ],
      max_tokens: 10_000,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      reasoning: { max_tokens: 2_000 },
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
        max_completion_tokens: 10_000,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        reasoning_effort: 'low',
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
        max_output_tokens: 10_000,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'auto',
        reasoning: { summary: 'auto', effort: 'low' },
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
            content: [
              { type: 'thinking', thinking: 'Hm', signature: 'SIG' },
              { type: 'tool_use', id: 'call_0123456789', name: 'weather', input: { city: 'Rome' } },
            ],
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
        max_tokens: 10_000,
        thinking: { type: 'enabled', budget_tokens: 2_000 },
        stream: true,
      }),
      'google-generate': sent({
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Rain' } } }] },
        ],
        generationConfig: {
          maxOutputTokens: 10_000,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 },
        },
      }),
      'bedrock-converse': sent({
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }] },
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          {
            role: 'assistant',
            content: [
              { reasoningContent: { reasoningText: { text: 'Hm', signature: 'SIG' } } },
              { toolUse: { toolUseId: 'call_0123456789', name: 'weather', input: { city: 'Rome' } } },
            ],
          },
          {
            role: 'user',
            content: [{ toolResult: { toolUseId: 'call_0123456789', content: [{ text: 'Rain' }] } }],
          },
        ],
        inferenceConfig: { maxTokens: 10_000 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2_000 } },
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
        ],
        stream: true,
        max_tokens: 10_000,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        thinking: { type: 'enabled', token_budget: 2_000 },
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
        max_tokens: 10_000,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        reasoning_effort: 'high',
        stream: true,
      }),
    },
  },
  {
    name: 'thoughts of OpenAI that come back',
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
          reasoning_details: [
            { type: 'reasoning.summary', summary: 'Hm', format: 'openai-responses-v1', id: 'rs_1', index: 0 },
            {
              type: 'reasoning.encrypted',
              data: 'gAAAA',
              format: 'openai-responses-v1',
              id: 'rs_1',
              index: 0,
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
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
            type: 'reasoning',
            id: 'rs_1',
            summary: [{ type: 'summary_text', text: 'Hm' }],
            encrypted_content: 'gAAAA',
          },
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
            content: [{ toolResult: { toolUseId: 'call_0123456789', content: [{ text: 'Rain' }] } }],
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
        ],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
      }),
    },
  },
  {
    name: 'thoughts of Gemini that come back',
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
          reasoning_details: [
            {
              type: 'reasoning.encrypted',
              data: 'CoQB',
              format: 'google-gemini-v1',
              id: 'call_0123456789',
              index: 0,
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0123456789', content: 'Rain' },
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
          {
            role: 'model',
            parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } }, thoughtSignature: 'CoQB' }],
          },
          { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'Rain' } } }] },
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
            content: [{ toolResult: { toolUseId: 'call_0123456789', content: [{ text: 'Rain' }] } }],
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
        ],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        stream: true,
      }),
    },
  },
  {
    name: 'thoughts that nobody signed',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.', reasoning: 'Hm' },
        { role: 'user', content: 'Hi' },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'user', content: 'Hi' },
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
            type: 'message',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'Hello.', annotations: [] }],
          },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
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
          { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ text: 'Hello.' }] },
          { role: 'user', parts: [{ text: 'Hi' }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: 'Hello.' }] },
          { role: 'user', content: [{ text: 'Hi' }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm' },
              { type: 'text', text: 'Hello.' },
            ],
          },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
]
