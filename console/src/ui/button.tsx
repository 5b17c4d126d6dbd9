import type { ButtonHTMLAttributes } from 'react';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> & {
  readonly type?: 'button' | 'submit';
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet';
};

export const Button = ({ tone = 'plain', className = '', type, ...rest }: Props) => (
  <button
    type={type === 'submit' ? 'submit' : 'button'}
    className={`button button-${tone} ${className}`}
    {...rest}
  />
);
