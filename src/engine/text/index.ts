export type {
  ChatFormat,
  ChatFormatOptions,
  ChatInput,
  Grammar,
  OutputParser,
  Piece,
  RenderedChat,
} from './contract.ts'
export { createChatFormat } from './createChatFormat.ts'
export { choiceGrammar } from './grammar/choiceGrammar.ts'
export { anyJsonGrammar, jsonSchemaToGrammar } from './grammar/jsonSchemaToGrammar.ts'
export { promptSegments } from './messages/literalRanges.ts'
export { createTextAssembler, type TextAssembler } from './TextAssembler.ts'
