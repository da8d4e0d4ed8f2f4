/** The parts of the API that clients are written for, and the route that each of them needs. */
const dialects = {
  chat: { name: 'Chat Completions', path: '/chat/completions' },
  messages: { name: 'Messages', path: '/messages' },
  responses: { name: 'Responses', path: '/responses' },
} as const

export type Dialect = (typeof dialects)[keyof typeof dialects]

/** What a client is told of a gateway. */
export interface Target {
  /** `https://gateway.example/api/v1`. */
  baseUrl: string
  /** The same for a client that adds `/v1` itself. */
  rootUrl: string
  model: string
  /** Of the model, where they are known. */
  limits?: { context: number; output: number }
}

/** A text to copy, and where it goes. */
export interface Step {
  where: string
  text: string
}

export interface Client {
  slug: string
  name: string
  dialect: Dialect
  steps: (target: Target) => Step[]
}

/** The variable that holds a key in every snippet: no page ever shows a key. */
export const keyVariable = 'SWITCHYARD_API_KEY'

/** How each client is pointed at a gateway. */
export const clients: readonly Client[] = [
  { slug: 'curl', name: 'curl', dialect: dialects.chat, steps: curl },
  { slug: 'openai-python', name: 'OpenAI SDK, Python', dialect: dialects.chat, steps: openaiPython },
  {
    slug: 'openai-typescript',
    name: 'OpenAI SDK, TypeScript',
    dialect: dialects.chat,
    steps: openaiTypescript,
  },
  { slug: 'langchain', name: 'LangChain', dialect: dialects.chat, steps: langchain },
  { slug: 'aider', name: 'Aider', dialect: dialects.chat, steps: aider },
  { slug: 'opencode', name: 'OpenCode', dialect: dialects.chat, steps: opencode },
  { slug: 'continue', name: 'Continue', dialect: dialects.chat, steps: continueDev },
  { slug: 'claude-code', name: 'Claude Code', dialect: dialects.messages, steps: claudeCode },
  { slug: 'codex', name: 'Codex', dialect: dialects.responses, steps: codex },
]

function curl({ baseUrl, model }: Target): Step[] {
  const text = `
curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $${keyVariable}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "${model}",
    "messages": [{"role": "user", "content": "Hello"}]
  }'`
  return [step('terminal', text)]
}

function openaiPython({ baseUrl, model }: Target): Step[] {
  const text = `
import os
from openai import OpenAI

client = OpenAI(
    base_url="${baseUrl}",
    api_key=os.environ["${keyVariable}"],
)
completion = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(completion.choices[0].message.content)`
  return [step('terminal', 'pip install openai'), step('hello.py', text)]
}

function openaiTypescript({ baseUrl, model }: Target): Step[] {
  const text = `
import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: '${baseUrl}',
  apiKey: process.env.${keyVariable},
})
const completion = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Hello' }],
})
console.log(completion.choices[0]?.message.content)`
  return [step('terminal', 'npm install openai'), step('hello.mts', text)]
}

function langchain({ baseUrl, model }: Target): Step[] {
  const text = `
import os
from langchain_openai import ChatOpenAI

chat = ChatOpenAI(
    base_url="${baseUrl}",
    api_key=os.environ["${keyVariable}"],
    model="${model}",
)
print(chat.invoke("Hello").content)`
  return [step('terminal', 'pip install langchain-openai'), step('hello.py', text)]
}

/** The variables are set for this one command: exported, they would lead other tools here too. */
function aider({ baseUrl, model }: Target): Step[] {
  const text = `
OPENAI_API_BASE=${baseUrl} \\
OPENAI_API_KEY=$${keyVariable} \\
aider --model openai/${model}`
  return [step('terminal, in your repository', text)]
}

/** It asks for 32,000 tokens of any model whose limits it is not told, which is more than many may write. */
function opencode({ baseUrl, model, limits }: Target): Step[] {
  const config = {
    $schema: 'https://opencode.ai/config.json',
    model: `switchyard/${model}`,
    provider: {
      switchyard: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Switchyard',
        options: { baseURL: baseUrl, apiKey: `{env:${keyVariable}}` },
        models: { [model]: limits ? { limit: limits } : {} },
      },
    },
  }
  return [step('opencode.json', JSON.stringify(config, null, 2))]
}

/** Editors hand on no variables of a shell, so Continue reads the key from a file of its own. */
function continueDev({ baseUrl, model }: Target): Step[] {
  const text = `
name: Switchyard
version: 0.0.1
schema: v1
models:
  - name: Switchyard
    provider: openai
    model: ${model}
    apiBase: ${baseUrl}
    apiKey: \${{ secrets.${keyVariable} }}
    roles: [chat, edit, apply]`
  return [step('~/.continue/config.yaml', text), step('~/.continue/.env', `${keyVariable}=sk-or-v1-…`)]
}

/** It prefers an API key, even one that it found elsewhere, to the token. */
function claudeCode({ rootUrl, model }: Target): Step[] {
  const text = `
export ANTHROPIC_BASE_URL=${rootUrl}
export ANTHROPIC_AUTH_TOKEN=$${keyVariable}
export ANTHROPIC_API_KEY=
export ANTHROPIC_MODEL=${model}
export ANTHROPIC_DEFAULT_HAIKU_MODEL=${model}
claude`
  return [step('terminal', text)]
}

function codex({ baseUrl, model }: Target): Step[] {
  const text = `
model = "${model}"
model_provider = "switchyard"

[model_providers.switchyard]
name = "Switchyard"
base_url = "${baseUrl}"
env_key = "${keyVariable}"
wire_api = "responses"`
  return [step('~/.codex/config.toml', text)]
}

function step(where: string, text: string): Step {
  return { where, text: text.trim() }
}
