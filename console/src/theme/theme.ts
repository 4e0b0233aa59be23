import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The accent from its softest ground to its darkest hover; 7 is the light theme's accent, 5 the dark one's. */
const mulberry: MantineColorsTuple = [
  '#f9eff4',
  '#f0d9e5',
  '#e2bfd2',
  '#d295b6',
  '#bd5591',
  '#ab4580',
  '#983872',
  '#8a2b62',
  '#711f4e',
  '#591440',
];

const controlHeight = (size: unknown) => (size === 'md' ? 'var(--control-lg)' : 'var(--control)');

export const theme = createTheme({
  primaryColor: 'mulberry',
  primaryShade: { light: 7, dark: 5 },
  colors: { mulberry },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '14px', xl: '16px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '20px', xl: '22px' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '10px', xl: '16px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: {
      defaultProps: { size: 'sm', variant: 'default' },
      vars: (_theme: unknown, props: { size?: unknown }) => ({
        root: {
          '--button-height': controlHeight(props.size),
          '--button-padding-x': '10px',
          '--button-fz': '13px',
        },
      }),
    },
    ActionIcon: {
      defaultProps: { size: 'sm', variant: 'subtle', color: 'gray' },
      vars: () => ({ root: { '--ai-size': 'var(--control)' } }),
    },
    Input: {
      vars: (_theme: unknown, props: { size?: unknown }) => ({
        wrapper: {
          '--input-height': props.size === 'xs' ? 'var(--control)' : 'var(--control-lg)',
          '--input-fz': '13px',
        },
      }),
    },
    Modal: {
      defaultProps: {
        radius: 'xl',
        centered: true,
        transitionProps: { duration: 120, transition: 'fade' },
      },
    },
    Popover: {
      defaultProps: { radius: 'lg', transitionProps: { duration: 90, transition: 'fade' } },
    },
    Menu: { defaultProps: { radius: 'lg', transitionProps: { duration: 90, transition: 'fade' } } },
    Tooltip: { defaultProps: { openDelay: 300, radius: 'sm' } },
    SegmentedControl: { defaultProps: { role: 'radiogroup', withItemsBorders: false, size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs', radius: 'xs' } },
    Switch: { defaultProps: { size: 'sm' } },
  },
});

/** Mantine's variables take their values from the tokens, so that one file holds every colour. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--bg)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--text-2)',
    '--mantine-color-placeholder': 'var(--text-3)',
    '--mantine-color-anchor': 'var(--accent-text)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default': 'var(--bg-raised)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-disabled': 'var(--bg-sunk)',
    '--mantine-color-disabled-color': 'var(--text-3)',
    '--mantine-color-disabled-border': 'var(--line)',
    '--mantine-primary-color-filled': 'var(--accent)',
    '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
    '--mantine-primary-color-contrast': 'var(--on-accent)',
    '--mantine-primary-color-light': 'var(--accent-soft)',
    '--mantine-primary-color-light-hover': 'var(--accent-soft)',
    '--mantine-primary-color-light-color': 'var(--accent-text)',
    '--mantine-color-mulberry-filled': 'var(--accent)',
    '--mantine-color-mulberry-filled-hover': 'var(--accent-hover)',
    '--mantine-color-gray-light-hover': 'var(--hover)',
    '--mantine-color-gray-light-color': 'var(--text-2)',
    '--mantine-color-dark-filled': 'var(--text)',
  };
  return { variables: {}, light: shared, dark: shared };
};
