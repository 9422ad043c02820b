import { fanOutCase } from '../support/fan-out.ts';

export const fanOut300 = fanOutCase({
  id: 'fanout-300',
  readers: 300,
  writers: 10,
  ratePerSecond: 30,
  messagesPerChat: 90,
  warmUpChats: 2,
  measuredChats: 2,
  budgetSeconds: { full: 400, quick: 45 },
});
