import { sent, type Scenario } from '../columns.ts'

/** What a tool takes, and what an answer is to be. */
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** Tools, and who must call them. */
export const tools: readonly Scenario[] = [
  {
    name: 'tools, one of which must be called',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'required',
        parallel_tool_calls: false,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'required',
        parallel_tool_calls: false,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent(
        {
          tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
          toolConfig: { functionCallingConfig: { mode: 'ANY' } },
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['parallel_tool_calls'] },
      ),
      'bedrock-converse': sent({
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }] },
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
        additionalModelRequestFields: { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
      }),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
          tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
          tool_choice: 'REQUIRED',
        },
        { dropped: ['parallel_tool_calls'] },
      ),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'any',
        parallel_tool_calls: false,
        stream: true,
      }),
    },
  },
  {
    name: 'a tool by name',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      tools: [
        { type: 'function', function: { name: 'weather', parameters: city } },
        { type: 'function', function: { name: 'time' } },
      ],
      tool_choice: { type: 'function', function: { name: 'weather' } },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        tools: [
          { type: 'function', function: { name: 'weather', parameters: city } },
          { type: 'function', function: { name: 'time' } },
        ],
        tool_choice: { type: 'function', function: { name: 'weather' } },
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        tools: [
          { type: 'function', name: 'weather', parameters: city, strict: false },
          { type: 'function', name: 'time', parameters: { type: 'object', properties: {} }, strict: false },
        ],
        tool_choice: { type: 'function', name: 'weather' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [
          { name: 'weather', input_schema: city },
          { name: 'time', input_schema: { type: 'object', properties: {} } },
        ],
        tool_choice: { type: 'tool', name: 'weather' },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', parametersJsonSchema: city },
              { name: 'time', parametersJsonSchema: { type: 'object', properties: {} } },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        toolConfig: {
          tools: [
            { toolSpec: { name: 'weather', inputSchema: { json: city } } },
            { toolSpec: { name: 'time', inputSchema: { json: { type: 'object', properties: {} } } } },
          ],
          toolChoice: { tool: { name: 'weather' } },
        },
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'REQUIRED',
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'any',
        stream: true,
      }),
    },
  },
  {
    name: 'tools, none of which may be called',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      tool_choice: 'none',
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'none',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'none',
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        tools: [{ name: 'weather', input_schema: city }],
        tool_choice: { type: 'none' },
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
        toolConfig: { functionCallingConfig: { mode: 'NONE' } },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
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
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'NONE',
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'none',
        stream: true,
      }),
    },
  },
  {
    name: 'a tool that must be called, with thinking',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 10_000,
      tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
      tool_choice: 'required',
      reasoning: { effort: 'low' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 10_000,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'required',
        reasoning_effort: 'low',
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 10_000,
        tools: [{ type: 'function', name: 'weather', parameters: city, strict: false }],
        tool_choice: 'required',
        reasoning: { effort: 'low', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          tools: [{ name: 'weather', input_schema: city }],
          tool_choice: { type: 'any' },
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 10_000,
          stream: true,
        },
        { dropped: ['reasoning'] },
      ),
      'google-generate': sent({
        tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: city }] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY' } },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 10_000,
          thinkingConfig: { includeThoughts: true, thinkingBudget: 2_000 },
        },
      }),
      'bedrock-converse': sent(
        {
          toolConfig: {
            tools: [{ toolSpec: { name: 'weather', inputSchema: { json: city } } }],
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
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'REQUIRED',
        thinking: { type: 'enabled', token_budget: 2_000 },
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 10_000,
        tools: [{ type: 'function', function: { name: 'weather', parameters: city } }],
        tool_choice: 'any',
        reasoning_effort: 'high',
        stream: true,
      }),
    },
  },
  {
    name: 'a strict tool',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'Tells the weather', parameters: city, strict: true },
        },
      ],
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        tools: [
          {
            type: 'function',
            function: { name: 'weather', description: 'Tells the weather', parameters: city, strict: true },
          },
        ],
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
        tools: [
          {
            type: 'function',
            name: 'weather',
            description: 'Tells the weather',
            parameters: city,
            strict: true,
          },
        ],
        tool_choice: 'auto',
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          tools: [{ name: 'weather', description: 'Tells the weather', input_schema: city }],
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['tools.function.strict'] },
      ),
      'google-generate': sent(
        {
          tools: [
            {
              functionDeclarations: [
                { name: 'weather', description: 'Tells the weather', parametersJsonSchema: city },
              ],
            },
          ],
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['tools.function.strict'] },
      ),
      'bedrock-converse': sent(
        {
          toolConfig: {
            tools: [
              {
                toolSpec: { name: 'weather', description: 'Tells the weather', inputSchema: { json: city } },
              },
            ],
          },
          messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
          inferenceConfig: { maxTokens: 100 },
        },
        { dropped: ['tools.function.strict'] },
      ),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        max_tokens: 100,
        tools: [
          {
            type: 'function',
            function: { name: 'weather', description: 'Tells the weather', parameters: city },
          },
        ],
        strict_tools: true,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [
          {
            type: 'function',
            function: { name: 'weather', description: 'Tells the weather', parameters: city, strict: true },
          },
        ],
        stream: true,
      }),
    },
  },
]
