/** The toolbar's view of an editor: answers that follow it. Without an editor nothing is on and nothing happens. */
import type { ActionName } from './actions.ts';
import type { PaperEditor } from './paper-editor.ts';

export class ToolState {
  #editor = $state.raw<PaperEditor>();
  #version = $state(0);
  #told = false;

  get editor(): PaperEditor | undefined {
    return this.#editor;
  }
  attach(editor: PaperEditor | undefined): void {
    this.#editor = editor;
  }
  /** Selection or content changed. Told in a moment of its own: a drawing that is under way may not be changed. */
  changed = (): void => {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#version += 1;
    });
  };

  isActive(action: ActionName): boolean {
    return this.#look((editor) => editor.isActive(action)) ?? false;
  }
  can(action: ActionName): boolean {
    return this.#look((editor) => editor.can(action)) ?? false;
  }
  get link(): string {
    return this.#look((editor) => editor.link) ?? '';
  }
  get inTable(): boolean {
    return this.#look((editor) => editor.inTable) ?? false;
  }
  get selectionBox(): ReturnType<PaperEditor['selectionBox']> {
    return this.#look((editor) => editor.selectionBox());
  }
  run(action: ActionName): void {
    this.#editor?.run(action);
  }

  #look<T>(ask: (editor: PaperEditor) => T): T | undefined {
    void this.#version;
    return this.#editor && ask(this.#editor);
  }
}
