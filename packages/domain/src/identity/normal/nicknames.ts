/** Short and pet forms of given names, as they are commonly known. Each line is one name; a form may belong to several. */
const lines = `
abigail abby gail|albert al bert|alexander alex alec sandy sasha xander|alexandra alex sandra sasha|alfred al fred alfie|amanda mandy|andrew andy drew
anna ann anne annie nan|anthony tony|antonia toni|antonio toni tonio|barbara barb babs|benjamin ben benny benji|bernard bernie|bertha bertie
bradley brad|brian bryan|caroline carol carrie|catherine kate katie kathy cathy cat kathryn katherine kitty|charles charlie chuck chas|charlotte lottie charlie
christian chris|christina chris tina christine|christopher chris kit|clifford cliff|constance connie|cornelius cor neil|cynthia cindy|daniel dan danny
david dave davy|deborah deb debbie debra|dennis denny|dominic dom|donald don donny|dorothy dot dottie dolly|douglas doug|edward ed eddie ted teddy ned
eleanor ellie nell nora|elizabeth liz lizzie beth betty bess eliza lisa elisabeth libby|emily em emmy|emma em|eugene gene|evelyn eve evie|florence flo
frances fran fanny|francis frank fran|frederick fred freddy|friedrich fritz|gabriel gabe|georg schorsch|gerald gerry jerry|geoffrey geoff jeff|gertrud trude gerti
gregory greg|hannah hanna|hans johann johannes|harold harry hal|heinrich heinz heiner|helen nell ellen|henry harry hank|herbert herb bert|isabella bella izzy
jacob jake|jacqueline jackie|james jim jimmy jamie|janet jan|jean jeanne|jeffrey jeff|jennifer jen jenny|jeremy jerry|jessica jess jessie|joan joanie
johann hans jan|john jack johnny jon|jonathan jon jonny|joseph joe joey sepp|josephine jo josie|joshua josh|josef sepp|judith judy|julia julie|karl charles
katharina kathi kathrin katja|kenneth ken kenny|kimberly kim|konrad conrad|lawrence larry laurie|leonard leo len lenny|lillian lily|louis lou louie|louise lou
lucas luke|ludwig lutz|margaret maggie meg peggy marge greta|margarete greta gretel grete|maria mary mia|mary molly polly|martha marty|martin marty
matthew matt matty|matthias matze|maximilian max|melissa mel missy|michael mike mick mickey micky|michelle shelly|mikhail misha|nancy nan|natalie nat|natalia natasha
nathan nate|nathaniel nate nathan|nicholas nick nicky|nicole nicky|nikolai kolya|oliver ollie|olivia liv livvy|pamela pam|patricia pat patty tricia trish
patrick pat paddy|paul pauly|peter pete|philip phil pip|rachel rae|raymond ray|rebecca becky becca|reginald reg|richard rick dick richie rich ricky|robert bob bobby rob robbie bert
rodney rod|roger rodge|ronald ron ronnie|rosemary rose rosie|russell russ|samantha sam|samuel sam sammy|sandra sandy|sarah sally sara|sebastian seb basti
sergei seryozha|stephanie steph steffi|stephen steve stefan steven|susan sue susie|theodore ted teddy theo|theresa terry tess|thomas tom tommy|timothy tim timmy
ulrich uli|ursula uschi|valerie val|victor vic|victoria vicky tori|vincent vince vinny|virginia ginny|vladimir volodya vova|walter walt wally|wilhelm willi willy
william bill will billy willy liam|wolfgang wolf|yevgeny zhenya|zachary zach zack|dmitri dima mitya|ekaterina katya|elena lena|ivan vanya|tatiana tanya|yekaterina katya
`;

const formsOf = new Map<string, Set<number>>();
for (const [index, line] of lines.trim().split(/[|\n]/u).entries()) {
  for (const form of line.split(' ')) formsOf.set(form, (formsOf.get(form) ?? new Set()).add(index));
}

/** True when two folded given names can be forms of one. Chris and Kit are, Chris and Tina are, Kit and Tina are not. */
export function areFormsOfOneName(a: string, b: string): boolean {
  const others = formsOf.get(b);
  if (others === undefined) return false;
  for (const line of formsOf.get(a) ?? []) if (others.has(line)) return true;
  return false;
}
