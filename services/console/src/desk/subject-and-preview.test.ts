import { describe, expect, it } from 'vitest';
import { subjectAndPreview } from './subject-and-preview.ts';

describe('subject and preview', () => {
  it('are shown once where one begins with the other', () => {
    expect(subjectAndPreview('Is it there?', 'Is it there?')).toEqual(['Is it there?', '']);
    expect(subjectAndPreview('Is it…', 'Is it\nthere?')).toEqual(['Is it\nthere?', '']);
    expect(subjectAndPreview('Is it there? I wait.', 'Is it there?')).toEqual(['Is it there? I wait.', '']);
    expect(subjectAndPreview('My order', '')).toEqual(['My order', '']);
    expect(subjectAndPreview('', 'Hello')).toEqual(['Hello', '']);
  });

  it('are both shown where they differ', () => {
    expect(subjectAndPreview('My order', 'Where is it?')).toEqual(['My order', 'Where is it?']);
  });
});
