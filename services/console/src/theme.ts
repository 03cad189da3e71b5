import type { ConfigProviderProps, ThemeConfig } from 'antd';

/** Asked once: what turns it on or off later holds from the next load on, since a change builds the whole app anew. */
const reducesMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The ring that runs from what is pressed. */
export const wave: NonNullable<ConfigProviderProps['wave']> = { disabled: reducesMotion };

/** The same values as the custom properties in `style/base.css`. */
export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#0b7a75',
    colorInfo: '#2f6fd0',
    colorLink: '#0b7a75',
    colorSuccess: '#1f8a4c',
    colorSuccessBg: '#e2f2e7',
    colorWarning: '#9a5b00',
    colorError: '#c8372d',
    colorTextBase: '#17212b',
    colorBgLayout: '#f3f5f7',
    colorBorder: '#d5dce3',
    colorBorderSecondary: '#e4e9ee',
    colorTextDescription: '#5a6675',
    colorTextPlaceholder: '#657180',
    borderRadius: 8,
    fontSize: 14,
    fontFamily: 'var(--pb-font)',
    controlHeight: 34,
    controlHeightSM: 28,
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.18s',
    // What opens stands where it stays from its first frame on, and can be pressed at once.
    motion: !reducesMotion,
  },
  components: {
    Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px' },
    Table: { cellPaddingBlockMD: 10, headerBg: '#f8fafb', headerColor: '#5a6675' },
  },
};
