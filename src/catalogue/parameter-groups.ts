/** Parameters that endpoints have together, mostly: the snapshot names the group. */
export const parameterGroups: Readonly<Record<string, readonly string[]>> = {
  length: ['max_tokens', 'max_completion_tokens'],
  sampling: ['temperature', 'top_p', 'stop', 'seed'],
  penalties: ['frequency_penalty', 'presence_penalty'],
  truncation: ['top_k', 'min_p', 'repetition_penalty'],
  logprobs: ['logprobs', 'top_logprobs', 'logit_bias'],
  tools: ['tools', 'tool_choice'],
  json: ['response_format', 'structured_outputs'],
  reasoning: ['reasoning', 'reasoning_effort', 'include_reasoning'],
}
