'use client';
import { useEffect } from 'react';
import { report } from '../../hold-call.js';

export default function Page() {
  useEffect(() => report(), []);
  return null;
}
