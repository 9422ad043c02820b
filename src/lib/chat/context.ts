import { createContext } from 'svelte';
import type { ChatList } from './chat-list.svelte.ts';

/** One list of chats for the whole shell: the rail counts its unread, the pane draws it. */
export const [getChatList, setChatList] = createContext<ChatList>();
