import { expect, test } from 'vitest'
import { modelKey, newId, Registry, servingOf } from '../../src/catalogue/canonical.ts'

const registry = new Registry([
  'moonshotai/kimi-k2.6',
  'anthropic/claude-sonnet-4.5',
  'deepseek/deepseek-v3.2',
  'meta-llama/llama-3.3-70b-instruct',
  'meta-llama/llama-4-scout',
  'openai/gpt-oss-120b',
  'qwen/qwen3-235b-a22b-2507',
  'z-ai/glm-5.2',
])

test.each([
  ['fireworks', 'accounts/fireworks/models/kimi-k2p6', 'moonshotai/kimi-k2.6'],
  ['workers-ai', '@cf/moonshotai/kimi-k2.6', 'moonshotai/kimi-k2.6'],
  ['chutes', 'moonshotai/Kimi-K2.6-TEE', 'moonshotai/kimi-k2.6'],
  ['amazon-bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic/claude-sonnet-4.5'],
  ['google-vertex', 'claude-sonnet-4-5@20250929', 'anthropic/claude-sonnet-4.5'],
  ['digitalocean', 'anthropic-claude-4.5-sonnet', 'anthropic/claude-sonnet-4.5'],
  ['groq', 'llama-3.3-70b-versatile', 'meta-llama/llama-3.3-70b-instruct'],
  ['groq', 'meta-llama/llama-4-scout-17b-16e-instruct', 'meta-llama/llama-4-scout'],
  ['deepinfra', 'openai/gpt-oss-120b-Turbo', 'openai/gpt-oss-120b'],
  ['doubleword', 'zai-org/GLM-5.2-FP8', 'z-ai/glm-5.2'],
  ['together', 'Qwen/Qwen3-235B-A22B-Instruct-2507-tput', 'qwen/qwen3-235b-a22b-2507'],
])('what %s calls %s is %s', (provider, upstream, id) => {
  expect(registry.idOf(provider, upstream)).toBe(id)
})

test('versions that hosts write as a date of four digits are models of their own', () => {
  expect(modelKey('deepseek-v4-flash-0731')).not.toBe(modelKey('deepseek-v4-flash'))
  expect(modelKey('Qwen3-235B-A22B-Instruct-2507')).not.toBe(modelKey('Qwen3-235B-A22B'))
})

test('a name that moves from model to model is none, and a new model gets an author', () => {
  expect(registry.idOf('mistral', 'mistral-large-latest')).toBe(undefined)
  expect(newId('zai-org/GLM-9.1-FP8')).toBe('z-ai/glm-9.1')
  expect(newId('accounts/fireworks/models/kimi-k9p1')).toBe('moonshotai/kimi-k9.1')
  expect(newId('SomeLab/Thing-7B')).toBe('somelab/thing-7b')
  expect(newId('thing-7b')).toBe(undefined)
})

test('how an endpoint serves is told by its id', () => {
  expect(servingOf('zai-org/GLM-5.2-FP8')).toEqual({ quantization: 'fp8' })
  expect(servingOf('eu.anthropic.claude-sonnet-4-5-20250929-v1:0')).toEqual({ region: 'eu' })
  expect(servingOf('openai/gpt-oss-120b-Turbo')).toEqual({ variant: 'turbo' })
  expect(servingOf('gpt-4o')).toEqual({})
})
