/** What every page under the shell stands on, shared by context: whoever made it closes it. */
import { createContext } from 'svelte';
import type { Device } from '#lib/replica/types.ts';
import type { AppUpdate } from './update.svelte.ts';

export const [getDevice, setDevice] = createContext<Device>();
export const [getUpdate, setUpdate] = createContext<AppUpdate>();
