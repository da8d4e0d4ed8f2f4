import { sent, unsupported, type Scenario } from '../columns.ts'

const notStored = unsupported(
  "file_id: the file is not stored at this model's provider; send the file itself",
)

/** Pictures, documents, sounds and videos. */
export const media: readonly Scenario[] = [
  {
    name: 'a picture and a document',
    request: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
          ],
        },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
              {
                type: 'file',
                file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
              },
            ],
          },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_text', text: 'What is this?' },
              { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
              { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
            ],
          },
        ],
        stream: true,
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': sent(
        {
          model: 'claude-sonnet-4-5',
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'What is this?' },
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
                { text: 'What is this?' },
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
                { text: 'What is this?' },
                { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
                { document: { format: 'pdf', name: 'document-1', source: { bytes: 'JVBERi0=' } } },
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
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
              { type: 'document_url', document_url: 'data:application/pdf;base64,JVBERi0=' },
            ],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a picture by its address',
    request: {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          {
            type: 'message',
            role: 'user',
            content: [{ type: 'input_image', image_url: 'https://a.example/b.png', detail: 'auto' }],
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
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } }],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': unsupported(
        "messages: this model's provider takes no image by its address; send a base64 data URL",
      ),
      'bedrock-converse': unsupported(
        "messages: this model's provider takes no image by its address; send a base64 data URL",
      ),
      'cohere-chat': sent({
        model: 'command-a-reasoning',
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] },
        ],
        stream: true,
        max_tokens: 100,
      }),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a document by its address',
    request: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'file', file: { filename: 'b.pdf', file_data: 'https://a.example/b.pdf' } }],
        },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [{ type: 'file', file: { filename: 'b.pdf', file_data: 'https://a.example/b.pdf' } }],
          },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [
          {
            type: 'message',
            role: 'user',
            content: [{ type: 'input_file', file_url: 'https://a.example/b.pdf' }],
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
          {
            role: 'user',
            content: [
              { type: 'document', source: { type: 'url', url: 'https://a.example/b.pdf' }, title: 'b.pdf' },
            ],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
      'google-generate': unsupported(
        "messages: this model's provider takes no file by its address; send a base64 data URL",
      ),
      'bedrock-converse': unsupported(
        "messages: this model's provider takes no file by its address; send a base64 data URL",
      ),
      'cohere-chat': unsupported("messages: this model's provider takes no files; send text or images"),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          { role: 'user', content: [{ type: 'document_url', document_url: 'https://a.example/b.pdf' }] },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a document by its id at a provider',
    request: {
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': sent({
        model: 'gpt',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }],
        stream: true,
        max_output_tokens: 100,
        include: ['reasoning.encrypted_content'],
        store: false,
      }),
      'anthropic-messages': notStored,
      'google-generate': notStored,
      'bedrock-converse': notStored,
      'cohere-chat': unsupported("messages: this model's provider takes no files; send text or images"),
      mistral: notStored,
    },
  },
  {
    name: 'a sound',
    request: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }],
        },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }],
          },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': unsupported('The provider of this model takes no audio: leave out the audio parts'),
      'anthropic-messages': unsupported(
        'messages: this provider takes no audio; leave it out, or ask a model that does',
      ),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }] }],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [{ role: 'user', content: [{ audio: { format: 'wav', source: { bytes: 'UklGRg==' } } }] }],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': unsupported("messages: this model's provider takes no audio; send text or images"),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          {
            role: 'user',
            content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'a video',
    request: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAAIGZ0eXA=' } }],
        },
      ],
      max_tokens: 100,
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [
          {
            role: 'user',
            content: [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAAIGZ0eXA=' } }],
          },
        ],
        max_completion_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': unsupported('The provider of this model takes no video: leave out the video parts'),
      'anthropic-messages': unsupported(
        'messages: this provider takes no video; leave it out, or ask a model that does',
      ),
      'google-generate': sent({
        contents: [
          { role: 'user', parts: [{ inlineData: { mimeType: 'video/mp4', data: 'AAAAIGZ0eXA=' } }] },
        ],
        generationConfig: { maxOutputTokens: 100, thinkingConfig: { includeThoughts: true } },
      }),
      'bedrock-converse': sent({
        messages: [
          { role: 'user', content: [{ video: { format: 'mp4', source: { bytes: 'AAAAIGZ0eXA=' } } }] },
        ],
        inferenceConfig: { maxTokens: 100 },
      }),
      'cohere-chat': unsupported("messages: this model's provider takes no video; send text or images"),
      mistral: sent({
        model: 'mistral-medium',
        messages: [
          {
            role: 'user',
            content: [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAAIGZ0eXA=' } }],
          },
        ],
        max_tokens: 100,
        stream: true,
      }),
    },
  },
  {
    name: 'an answer with pictures',
    request: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100, modalities: ['text', 'image'] },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        modalities: ['text', 'image'],
        stream: true,
        stream_options: { include_usage: true },
      }),
      'openai-responses': unsupported('modalities: the provider of this model answers in text, not in image'),
      'anthropic-messages': unsupported(
        'modalities: the provider of this model answers in text, not in image',
      ),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          responseModalities: ['TEXT', 'IMAGE'],
          thinkingConfig: { includeThoughts: true },
        },
      }),
      'bedrock-converse': unsupported('modalities: the provider of this model answers in text, not in image'),
      'cohere-chat': unsupported('modalities: the provider of this model answers in text, not in image'),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        modalities: ['text', 'image'],
        stream: true,
      }),
    },
  },
  {
    name: 'a spoken answer',
    request: {
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 100,
      stream: true,
      modalities: ['text', 'audio'],
      audio: { voice: 'alloy', format: 'pcm16' },
    },
    bodies: {
      'openai-chat': sent({
        model: 'gpt',
        messages: [{ role: 'user', content: 'Hi' }],
        max_completion_tokens: 100,
        stream: true,
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'pcm16' },
        stream_options: { include_usage: true },
      }),
      'openai-responses': unsupported('modalities: the provider of this model answers in text, not in audio'),
      'anthropic-messages': unsupported(
        'modalities: the provider of this model answers in text, not in audio',
      ),
      'google-generate': sent({
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        generationConfig: {
          maxOutputTokens: 100,
          responseModalities: ['TEXT', 'AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'alloy' } } },
          thinkingConfig: { includeThoughts: true },
        },
      }),
      'bedrock-converse': unsupported('modalities: the provider of this model answers in text, not in audio'),
      'cohere-chat': unsupported('modalities: the provider of this model answers in text, not in audio'),
      mistral: sent({
        model: 'mistral-medium',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        stream: true,
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'pcm16' },
      }),
    },
  },
]
