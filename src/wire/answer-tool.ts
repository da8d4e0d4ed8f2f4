import type { AnswerFormat, Tool } from '../generation/conversation.ts'

/** The tool that stands for the answer where a model keeps to a schema only in the arguments of tools. */
export const answerTool = 'answer_in_json'

export function answerToolFor(format: AnswerFormat): Tool {
  return {
    name: answerTool,
    description: 'Gives the final answer. Call it once, with the whole answer.',
    parameters: format.type === 'json_schema' ? format.schema : { type: 'object' },
  }
}
