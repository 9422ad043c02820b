import { judgeCase } from '../judging/judge-case.ts';

export const judgeMessage = judgeCase({
  id: 'judge-message',
  what: 'one message into a half-full segment',
  workload: 'message',
  ratioMax: 1.2,
});
