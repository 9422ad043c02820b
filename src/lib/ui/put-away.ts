/** What a button puts away with itself leaves the focus to the next card, else to the pane that it stood in. */
export function passFocus({ currentTarget }: Event): void {
  const button = currentTarget as Element;
  const card = button.closest('li');
  const near = card?.nextElementSibling ?? card?.previousElementSibling;
  const next = near?.querySelector<HTMLElement>('button') ?? button.closest<HTMLElement>('[tabindex="-1"]');
  next?.focus({ preventScroll: true });
}
