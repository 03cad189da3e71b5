import type { ComponentChildren } from 'preact';

const icon = (children: ComponentChildren, viewBox = '0 0 24 24') => (
  <svg
    viewBox={viewBox}
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {children}
  </svg>
);

export const ChatIcon = () => icon(<path d="M4 5.5h16v11H11l-4.5 3.6v-3.6H4zM8.5 9.5h7M8.5 12.8h4.5" />);
export const CloseIcon = () => icon(<path d="M6 6l12 12M18 6L6 18" />);
export const SendIcon = () => icon(<path d="M12 19V5M5.5 11.5L12 5l6.5 6.5" />);
export const AttachIcon = () =>
  icon(<path d="M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.6 1.6 0 0 1-2.3-2.3l7.6-7.6" />);
export const FileIcon = () => icon(<path d="M6 3h8l4 4v14H6zM14 3v4h4" />);
export const ClockIcon = () => icon(<path d="M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z" />);
export const TickIcon = ({ twice }: { twice: boolean }) =>
  icon(<path d={twice ? 'M2 12.5l4.5 4.5L16 7.5M12 16l1 1L22.5 7.5' : 'M5 12.5l4.5 4.5L19 7.5'} />);
