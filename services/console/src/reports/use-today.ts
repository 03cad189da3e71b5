import { useEffect, useState } from 'react';
import { dayIn } from './report-question.ts';

const lookMs = 15_000;

/** The centre's day. What shows it is drawn anew when the day changes, and not before. */
export function useToday(timeZone: string): string {
  const [today, setToday] = useState(() => dayIn(timeZone, new Date()));
  useEffect(() => {
    const timer = setInterval(() => setToday(dayIn(timeZone, new Date())), lookMs);
    return () => clearInterval(timer);
  }, [timeZone]);
  return today;
}
