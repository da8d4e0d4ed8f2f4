import type { JsonObject } from '../../base/json.ts'

/** The tool that stands for the answer where a model keeps to a schema only in the arguments of tools. */
export const answerTool = 'answer_in_json'

export function answerToolFor(schema: JsonObject): JsonObject {
  return {
    name: answerTool,
    description: 'Gives the final answer. Call it once, with the whole answer.',
    input_schema: { type: 'object', ...schema },
  }
}
