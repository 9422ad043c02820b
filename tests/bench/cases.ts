// Every case, in the order of the table. A new one is a file in cases/ and a line here.
import { ack } from './cases/ack.ts';
import { badNetwork } from './cases/bad-network.ts';
import { burst300 } from './cases/burst-300.ts';
import { catchUp } from './cases/catch-up.ts';
import { coldOpen100k } from './cases/cold-open-100k.ts';
import { comeback } from './cases/comeback.ts';
import { fanOut } from './cases/fanout.ts';
import { firstLoad } from './cases/first-load.ts';
import { idle5000 } from './cases/idle-5000.ts';
import { idleTraffic } from './cases/idle-traffic.ts';
import { joinStorm } from './cases/join-storm.ts';
import { judgeBatch1000 } from './cases/judge-batch-1000.ts';
import { judgeHostile } from './cases/judge-hostile.ts';
import { judgeKeystroke } from './cases/judge-keystroke.ts';
import { judgeMessage } from './cases/judge-message.ts';
import { ownMessage } from './cases/own-message.ts';
import { recover } from './cases/recover.ts';
import type { BenchCase } from './support/bench-case.ts';

export const CASES: readonly BenchCase[] = [
  judgeMessage,
  judgeKeystroke,
  judgeBatch1000,
  judgeHostile,
  fanOut,
  burst300,
  ack,
  joinStorm,
  // It counts bytes for five minutes; what is counted beside it is memory.
  idleTraffic,
  idle5000,
  comeback,
  coldOpen100k,
  ownMessage,
  badNetwork,
  catchUp,
  recover,
  firstLoad,
];
