/**
 * Parts of the engine that an ordinary start does without. They are stored on the device with the app, so nothing waits
 * for the network; one that does not come all the same loses nothing, for what it works on stands on disk.
 */

export const loadRecovery = () => import('./mending.ts');
export const loadEpochs = () => import('./epochs.ts');
export const loadSeldom = () => import('./seldom.ts');
export const loadGone = () => import('./gone.ts');
export const loadListed = () => import('./keep-listed.ts');
export const loadExport = () => import('./export.ts');
export const loadLeaving = () => import('./leaving.ts');
export const loadDesk = () => import('./registry-desk.ts');
export const loadBroken = () => import('./broken.ts');
export const loadFullDisk = () => import('./full-disk.ts');
export const loadPruning = () => import('./pruning.ts');
export const loadTakingBack = () => import('./taking-back.ts');

/** Brings them into memory: a browser that stores no app would have to ask for them when the network is gone. */
export async function bringParts(): Promise<void> {
  await Promise.allSettled([
    loadRecovery(),
    loadEpochs(),
    loadSeldom(),
    loadGone(),
    loadListed(),
    loadExport(),
    loadLeaving(),
    loadDesk(),
    loadFullDisk(),
    loadPruning(),
    loadTakingBack(),
  ]);
}
