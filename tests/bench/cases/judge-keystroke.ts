import { judgeCase } from '../judging/judge-case.ts';

export const judgeKeystroke = judgeCase({
  id: 'judge-keystroke',
  what: 'one key in a paper of 1 000 paragraphs',
  workload: 'keystroke',
  ratioMax: 1.2,
});
