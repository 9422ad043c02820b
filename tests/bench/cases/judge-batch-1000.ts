import { judgeCase } from '../judging/judge-case.ts';

export const judgeBatch1000 = judgeCase({
  id: 'judge-batch-1000',
  what: 'one offline batch of 1 000 messages',
  workload: 'batch',
  ratioMax: 1.5,
});
