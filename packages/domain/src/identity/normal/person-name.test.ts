import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areFormsOfOneName } from './nicknames.ts';
import { formatPersonName, parsePersonName } from './person-name.ts';
import { phoneticKey, readingsOf } from './romanise.ts';

describe('parsePersonName', () => {
  it.each([
    ['Anna Smith', 'smith, anna'],
    ['Smith, Anna', 'smith, anna'],
    ['Dr. Anna-Maria van der Berg', 'van der berg, anna maria'],
    ['Ludwig von Beethoven', 'von beethoven, ludwig'],
    ["Seán O'Brien", 'obrien, sean'],
    ['John Smith Jr.', 'smith, john, jr'],
    ['Smith, John, III', 'smith, john, iii'],
    ['John Smith, PhD', 'smith, john'],
    ['Robert (Bob) Smith', 'smith, robert'],
    ['J. R. Smith-Jones', 'jones, j r smith'],
    ['Jean DUPONT', 'dupont, jean'],
    ['DUPONT Jean', 'dupont, jean'],
    ['Mr Smith', 'smith,'],
    ['Madonna', 'madonna'],
    ['王小明', '王, 小明'],
    ['欧阳娜娜', '欧阳, 娜娜'],
    ['司马 光', '司马, 光'],
    ['王先生', '王,'],
    ['约翰·史密斯', '史密斯, 约翰'],
    ['Wang Xiaoming', 'wang, xiaoming'],
    ['Xiaoming Wang', 'wang, xiaoming'],
    ['WANG Xiaoming', 'wang, xiaoming'],
    ['Zhang Xiao-Ming', 'zhang, xiao ming'],
    ['Ouyang Nana', 'ouyang, nana'],
    ['Ou-Yang Nana', 'ou yang, nana'],
    ['Nana Ou Yang', 'ou yang, nana'],
    ['娜娜 欧阳', '欧阳, 娜娜'],
    ['小明 王', '王, 小明'],
    ['Chan Tai Man', 'chan, tai man'],
    ['Tai Man Chan', 'chan, tai man'],
    ['Xiao Ming Wang', 'wang, xiao ming'],
    ['Deng Ya Li', 'deng, ya li'],
    ['Kim Eunji', 'kim, eunji'],
    ['Eunji Kim', 'kim, eunji'],
    ['Kim Min-jun', 'kim, min jun'],
    ['Min-jun Kim', 'kim, min jun'],
    ['Park Tae Hyung', 'park, tae hyung'],
    ['Kim Novak', 'novak, kim'],
    ['Kim Smith', 'smith, kim'],
    ['Nguyễn Văn An', 'nguyen, van an'],
    ['Nguyen Thi Minh Khai', 'nguyen, thi minh khai'],
    ['An Nguyen', 'nguyen, an'],
    ['Lê Văn Tâm', 'le, van tam'],
    ['Hồ Chí Minh', 'ho, chi minh'],
    ['Đỗ Mười', 'do, muoi'],
    ['Hoang Vu', 'vu, hoang'],
    ['Tran Thi Huong', 'tran, thi huong'],
    ['Le Roux Pierre', 'pierre, le roux'],
    ['Ho Lee', 'lee, ho'],
    ['Mai Lan', 'lan, mai'],
    ['Do Young', 'young, do'],
    ['Ｗａｎｇ　Ｗｅｉｍｉｎｇ', 'wang, weiming'],
  ])('%s', (raw, form) => expect(formatPersonName(parsePersonName(raw))).toBe(form));

  it('written and taken apart again is the same', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(
        'Anna',
        'Smith',
        'van',
        'de',
        'Jr',
        'III',
        'Dr',
        'Mr',
        'PhD',
        'Wang',
        'Nguyễn',
        'Văn',
        'Lê',
        'Xiaoming',
        'Li',
        '王',
        '欧阳',
        '小明',
        '先生',
        '·',
        ',',
        'O’Brien',
        'DUPONT',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.constantFrom(' ', ', '), (words, sign) => {
        const once = formatPersonName(parsePersonName(words.join(sign)));
        expect(formatPersonName(parsePersonName(once))).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readings', () => {
  it.each([
    ['王', 'family', 'vang'],
    ['王', 'family', 'vong'],
    ['单', 'family', 'shan'],
    ['解', 'family', 'xie'],
    ['欧阳', 'family', 'ouiang'],
    ['吕', 'family', 'lu'],
    ['小明', 'given', 'xiaoming'],
    ['сергеи', 'given', 'sergei'],
    ['mueller', 'family', 'muller'],
    ['muller', 'family', 'muller'],
  ] as const)('%s (%s) can be %s', (name, part, reading) => expect(readingsOf(name, part)).toContain(reading));

  it.each([
    ['schmidt', 'schmitt'],
    ['meyer', 'maier'],
    ['王', 'wang'],
    ['филипп', 'philip'],
    ['lu', 'lv'],
  ])('%s sounds like %s', (a, b) => expect(phoneticKey(a, 'family')).toBe(phoneticKey(b, 'family')));
});

describe('areFormsOfOneName', () => {
  it.each([
    ['bill', 'william', true],
    ['william', 'bill', true],
    ['bob', 'robert', true],
    ['kit', 'tina', false],
    ['anna', 'robert', false],
  ])('%s and %s', (a, b, expected) => expect(areFormsOfOneName(a, b)).toBe(expected));
});
