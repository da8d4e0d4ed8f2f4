import type { JsonObject } from '../../src/base/json.ts'
import type { packages } from './packages.ts'

/** A gateway, and the model to ask it for. */
export interface Target {
  /** `http://localhost:8787`. */
  origin: string
  model: string
  key: string
}

/** What a model wants done by a tool of the agent's. */
export interface ToolCall {
  name: string
  input: JsonObject
}

/** A coding agent, and how it is pointed at a gateway and given one turn without a person. */
export interface Agent {
  name: string
  package: keyof typeof packages
  program: string
  /** The format it speaks. */
  speaks: 'Messages' | 'Responses' | 'Chat'
  /** Files of its home folder, by path. */
  files: (target: Target) => Record<string, string>
  environment: (target: Target) => Record<string, string>
  /** A turn, as arguments. */
  turn: (target: Target, prompt: string) => string[]
  /**
   * The calls that change `red` to `blue` in a file, in order. An agent offers other tools to other models: those that
   * it does not offer are left out.
   */
  edit: (file: string) => ToolCall[]
}

const keyVariable = 'SWITCHYARD_API_KEY'

const patch = (file: string) =>
  ['*** Begin Patch', `*** Update File: ${file}`, '@@', '-red', '+blue', '*** End Patch', ''].join('\n')

const json = (value: JsonObject) => JSON.stringify(value, null, 2)

export const agents: readonly Agent[] = [
  {
    name: 'Claude Code',
    package: '@anthropic-ai/claude-code',
    program: 'claude',
    speaks: 'Messages',
    files: () => ({}),
    environment: ({ origin, model, key }) => ({
      ANTHROPIC_BASE_URL: `${origin}/api`,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
    turn: (_, prompt) => ['-p', prompt, '--allowedTools', 'Read,Edit'],
    edit: (file) => [
      { name: 'Read', input: { file_path: file } },
      { name: 'Edit', input: { file_path: file, old_string: 'red', new_string: 'blue' } },
    ],
  },
  {
    name: 'Codex',
    package: '@openai/codex',
    program: 'codex',
    speaks: 'Responses',
    files: ({ origin }) => ({
      '.codex/config.toml': `
model_provider = "switchyard"

[model_providers.switchyard]
name = "Switchyard"
base_url = "${origin}/api/v1"
env_key = "${keyVariable}"
wire_api = "responses"
`,
    }),
    environment: ({ key }) => ({ [keyVariable]: key }),
    // Its sandbox wants rights that a container may not have; the folder is a scratch one.
    turn: ({ model }, prompt) =>
      ['exec', '--skip-git-repo-check', '--sandbox', 'danger-full-access', '--model', model].concat(prompt),
    edit: (file) => [
      { name: 'exec_command', input: { cmd: `cat ${file}` } },
      { name: 'exec_command', input: { cmd: `apply_patch <<'EOF'\n${patch(file)}EOF` } },
    ],
  },
  {
    name: 'opencode',
    package: 'opencode-ai',
    program: 'opencode',
    speaks: 'Chat',
    files: ({ origin, model }) => ({
      '.config/opencode/opencode.json': json({
        provider: {
          switchyard: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${origin}/api/v1`, apiKey: `{env:${keyVariable}}` },
            models: { [model]: {} },
          },
        },
      }),
    }),
    environment: ({ key }) => ({
      [keyVariable]: key,
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    }),
    turn: ({ model }, prompt) => ['run', '--model', `switchyard/${model}`, prompt],
    edit: (file) => [
      { name: 'read', input: { filePath: file } },
      { name: 'edit', input: { filePath: file, oldString: 'red', newString: 'blue' } },
      { name: 'apply_patch', input: { patchText: patch(file) } },
    ],
  },
  {
    name: 'pi',
    package: '@earendil-works/pi-coding-agent',
    program: 'pi',
    speaks: 'Chat',
    files: ({ origin, model }) => ({
      '.pi/agent/models.json': json({
        providers: {
          switchyard: {
            baseUrl: `${origin}/api/v1`,
            api: 'openai-completions',
            apiKey: `$${keyVariable}`,
            models: [{ id: model }],
          },
        },
      }),
    }),
    environment: ({ key }) => ({ [keyVariable]: key, PI_OFFLINE: '1' }),
    turn: ({ model }, prompt) => ['--provider', 'switchyard', '--model', model, '-p', prompt],
    edit: (file) => [
      { name: 'read', input: { path: file } },
      { name: 'edit', input: { path: file, edits: [{ oldText: 'red', newText: 'blue' }] } },
    ],
  },
  {
    name: 'cline',
    package: 'cline',
    program: 'cline',
    speaks: 'Chat',
    files: ({ origin, model, key }) => ({
      '.cline/data/settings/providers.json': json({
        version: 1,
        lastUsedProvider: 'openai-compatible',
        modes: {},
        providers: {
          'openai-compatible': {
            settings: { provider: 'openai-compatible', apiKey: key, model, baseUrl: `${origin}/api/v1` },
            updatedAt: '2026-11-01T00:00:00.000Z',
            tokenSource: 'manual',
          },
        },
      }),
    }),
    // Otherwise it leaves a process behind that outlives the turn.
    environment: () => ({ CLINE_SESSION_BACKEND_MODE: 'local' }),
    turn: ({ model }, prompt) => ['-P', 'openai-compatible', '-m', model, prompt],
    edit: (file) => [
      { name: 'read_files', input: { files: [{ path: file }] } },
      { name: 'editor', input: { path: file, old_text: 'red', new_text: 'blue' } },
      { name: 'apply_patch', input: { input: patch(file) } },
    ],
  },
]
