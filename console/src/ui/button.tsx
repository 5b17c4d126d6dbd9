import type { ButtonHTMLAttributes } from 'react';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet';
};

export const Button = ({ tone = 'plain', className = '', type = 'button', ...rest }: Props) => (
  // oxlint-disable-next-line react/button-has-type -- it has one: the default above
  <button type={type} className={`button button-${tone} ${className}`} {...rest} />
);
