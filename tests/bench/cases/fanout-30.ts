import { fanOutCase } from '../support/fan-out.ts';

export const fanOut30 = fanOutCase({
  id: 'fanout-30',
  readers: 30,
  writers: 20,
  ratePerSecond: 200,
  messagesPerChat: 440,
  warmUpChats: 4,
  measuredChats: 3,
  budgetSeconds: { full: 330, quick: 30 },
});
