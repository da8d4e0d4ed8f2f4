import { sent, type Scenario } from '../columns.ts'

/** Words, and how they are chosen. */
export const words: readonly Scenario[] = [
  {
    name: 'a word',
    request: { messages: [{ role: 'user', content: 'Hi' }] },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        max_tokens: 8_192,
        stream: true,
      }),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: { thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
        inferenceConfig: { maxTokens: 8_192 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      }),
      mistral: sent({ model: 'mistral-medium', messages: [{ role: 'user', content: 'Hi' }], stream: true }),
    },
  },
  {
    name: 'instructions, a cap and sampling',
    request: {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      max_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      stop: ['END'],
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logit_bias: { '50256': -100 },
    },
    bodies: {
      'openai-chat': sent(
        {
          model: 'gpt',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
          max_completion_tokens: 100,
          temperature: 0.5,
          top_p: 0.9,
          seed: 7,
          stop: ['END'],
          frequency_penalty: 0.1,
          presence_penalty: 0.2,
          logit_bias: { '50256': -100 },
          stream: true,
          stream_options: { include_usage: true },
        },
        { dropped: ['top_k'] },
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
          top_p: 0.9,
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['top_k', 'frequency_penalty', 'presence_penalty', 'seed', 'stop', 'logit_bias'] },
      ),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          system: [{ type: 'text', text: 'Be brief.' }],
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          temperature: 0.5,
          top_k: 40,
          stop_sequences: ['END'],
          stream: true,
        },
        { dropped: ['top_p', 'frequency_penalty', 'presence_penalty', 'seed', 'logit_bias'] },
      ),
      'google-generate': sent(
        {
          systemInstruction: { parts: [{ text: 'Be brief.' }] },
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: {
            maxOutputTokens: 100,
            temperature: 0.5,
            topP: 0.9,
            topK: 40,
            frequencyPenalty: 0.1,
            presencePenalty: 0.2,
            seed: 7,
            stopSequences: ['END'],
            thinkingConfig: { includeThoughts: true },
          },
        },
        { dropped: ['logit_bias'] },
      ),
      'bedrock-converse': sent(
        {
          system: [{ text: 'Be brief.' }],
          messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
          inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ['END'] },
          additionalModelRequestFields: { top_k: 40 },
          additionalModelResponseFieldPaths: ['/delta/stop_sequence'],
        },
        { dropped: ['top_p', 'frequency_penalty', 'presence_penalty', 'seed', 'logit_bias'] },
      ),
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
          p: 0.9,
          k: 40,
          frequency_penalty: 0.1,
          presence_penalty: 0.2,
          seed: 7,
          stop_sequences: ['END'],
        },
        { dropped: ['logit_bias'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hi' },
          ],
          max_tokens: 100,
          temperature: 0.5,
          top_p: 0.9,
          random_seed: 7,
          stop: ['END'],
          frequency_penalty: 0.1,
          presence_penalty: 0.2,
          stream: true,
        },
        { dropped: ['logit_bias', 'top_k'] },
      ),
    },
  },
  {
    name: 'sampling that only hosts of open models have',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      min_p: 0.1,
      top_a: 0.2,
      repetition_penalty: 1.1,
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
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
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
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 100 } },
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['min_p', 'top_a', 'repetition_penalty'] },
      ),
    },
  },
  {
    name: 'turns, with a word of the developer in between',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'How are you?' },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'developer', content: 'Be kind.' },
          { role: 'user', content: 'How are you?' },
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
          { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How are you?' }] },
        ],
        stream: true,
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent({
        model: 'claude-sonnet-4-5',
        system: [{ type: 'text', text: 'Be kind.' }],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          { role: 'assistant', content: [{ type: 'text', text: 'Hello.' }] },
          { role: 'user', content: [{ type: 'text', text: 'How are you?' }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        systemInstruction: { parts: [{ text: 'Be kind.' }] },
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ text: 'Hello.' }] },
          { role: 'user', parts: [{ text: 'How are you?' }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        system: [{ text: 'Be kind.' }],
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: 'Hello.' }] },
          { role: 'user', content: [{ text: 'How are you?' }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'How are you?' },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello.' },
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'How are you?' },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'words to go on from',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Well, ' },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Well, ' },
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
            content: [{ type: 'output_text', text: 'Well, ', annotations: [] }],
          },
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
          { role: 'assistant', content: [{ type: 'text', text: 'Well,' }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ text: 'Well, ' }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: 'Well,' }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Well, ' },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Well, ', prefix: true },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a refusal of an earlier turn',
    request: {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: 'Hi' },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: null, refusal: 'No.' },
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
          { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
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
          { role: 'assistant', content: [{ type: 'text', text: 'No.' }] },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': sent({
        contents: [
          { role: 'user', parts: [{ text: 'Hi' }] },
          { role: 'model', parts: [{ text: 'No.' }] },
          { role: 'user', parts: [{ text: 'Hi' }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          { role: 'user', content: [{ text: 'Hi' }] },
          { role: 'assistant', content: [{ text: 'No.' }] },
          { role: 'user', content: [{ text: 'Hi' }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'No.' },
          { role: 'user', content: 'Hi' },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: null, refusal: 'No.' },
          { role: 'user', content: 'Hi' },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'verbosity and log probabilities',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      verbosity: 'low',
      logprobs: true,
      top_logprobs: 2,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        verbosity: 'low',
        logprobs: true,
        top_logprobs: 2,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
          stream: true,
          max_output_tokens: 100,
          include: ['reasoning.encrypted_content'],
          text: { verbosity: 'low' },
          store: false,
        },
        { dropped: ['logprobs', 'top_logprobs'] },
      ),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['logprobs', 'top_logprobs', 'verbosity'] },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['logprobs', 'top_logprobs', 'verbosity'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 100 } },
        { dropped: ['logprobs', 'top_logprobs', 'verbosity'] },
      ),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['logprobs', 'top_logprobs', 'verbosity'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['verbosity', 'logprobs', 'top_logprobs'] },
      ),
    },
  },
  {
    name: 'who asks, and notes of the client',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      user: 'u-1',
      session_id: 's-1',
      metadata: { team: 'x' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
        stream: true,
        max_output_tokens: 100,
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
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a field nobody knows, a cache key and a prediction',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      made_up: 1,
      prompt_cache_key: 'k',
      prediction: { type: 'content', content: 'Hello' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        made_up: 1,
        prompt_cache_key: 'k',
        prediction: { type: 'content', content: 'Hello' },
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent(
        {
          model: 'gpt',
          input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
          stream: true,
          max_output_tokens: 100,
          prompt_cache_key: 'k',
          include: ['reasoning.encrypted_content'],
          store: false,
        },
        { dropped: ['made_up', 'prediction'] },
      ),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          max_tokens: 100,
          stream: true,
        },
        { dropped: ['made_up', 'prompt_cache_key', 'prediction'] },
      ),
      'google-generate': sent(
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
          generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
        },
        { dropped: ['made_up', 'prompt_cache_key', 'prediction'] },
      ),
      'bedrock-converse': sent(
        { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 100 } },
        { dropped: ['made_up', 'prompt_cache_key', 'prediction'] },
      ),
      'cohere-chat': sent(
        {
          model: 'command-a-reasoning',
          messages: [{ role: 'user', content: 'Hi' }],
          stream: true,
          max_tokens: 100,
        },
        { dropped: ['made_up', 'prompt_cache_key', 'prediction'] },
      ),
      mistral: sent(
        {
          model: 'mistral-medium',
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 100,
          made_up: 1,
          stream: true,
        },
        { dropped: ['prompt_cache_key', 'prediction'] },
      ),
    },
  },
]
