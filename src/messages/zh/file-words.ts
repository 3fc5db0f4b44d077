/** The words of refused files in Chinese. What is in no table stays in English, because systems add words of their own. */

const nameIn =
  (names: Readonly<Record<string, string>>) =>
  (text: string): string =>
    Object.hasOwn(names, text) ? names[text]! : text;

/** The kinds of files, as `files/subjects.ts` names them. */
export const subjectName = nameIn({
  'the plan': '计划',
  'the saved plan': '封存计划',
  'the journal': '运行日志',
  'the report': '报告',
  'the inventory': '资源清单',
  'the Terraform state': 'Terraform 状态',
  'the fleet': '实例清单',
  'the policy': '策略',
  'the file of people': '人员文件',
  'the list of approvers': '审批人名单',
  'the list of signers': '签署人名单',
  'the calendar': '日历',
  'the key': '密钥',
  'the credentials file': '凭据文件',
  'the service file': '服务文件',
  'the certificate': '证书',
  'the signature': '签名',
  'the file': '文件',
  'the schedule log': '调度日志',
  'the page': '页面',
  'the log': '日志',
  'the folder of plans': '计划目录',
  'the run directory': '运行目录',
});

const REASONS = nameIn({
  'permission denied': '没有权限',
  'no such file or folder': '文件或目录不存在',
  'it is a folder': '这是一个目录',
  'a part of its path is not a folder': '路径中的一部分不是目录',
  'something with this name exists': '已有同名的文件或目录',
  'the file system is read-only': '文件系统为只读',
  'the disk is full': '磁盘已满',
  'your disk quota is used up': '磁盘配额已用完',
  'this process has too many open files': '此进程打开的文件过多',
  'the name is too long': '名称过长',
  'the disk has an error': '磁盘出错',
  'it is a socket, or a pipe that nobody reads': '这是套接字，或无人读取的管道',
  'it is a symbolic link, or a chain of links without an end': '这是符号链接，或没有尽头的链接',
  'it is a symbolic link': '这是符号链接',
  'it is a symbolic link that leaves the folder': '这是指向目录之外的符号链接',
  'it is not a regular file': '这不是普通文件',
  'its links have no end': '其链接没有尽头',
  'the pipe has no end': '管道没有尽头',
});

/** Why a file is refused, or why the system cannot read it. */
export function reasonText(reason: string): string {
  const large = /^it is larger than (.*)$/.exec(reason);
  if (large !== null) return `大于 ${large[1]}`;
  const writer = /^(.*) can write to (.*) \((mode \d+)\)$/.exec(reason);
  return writer === null ? REASONS(reason) : `${writer[1]} 可以写入 ${writer[2]}（${writer[3]}）`;
}

/** What to do if a file cannot be read. Commands stay as they are. */
export function readingFix(fix: string): string {
  const spelling = /^check the (?:spelling|path): (.*)$/.exec(fix);
  if (spelling !== null) return `检查路径：${spelling[1]}`;
  if (fix === 'use a smaller file') return '使用更小的文件';
  if (fix === 'use a file in that folder') return '使用该目录中的文件';
  if (fix === 'put the file itself there') return '把文件本身放在那里';
  return fix.replace(
    / {3}shows who may (?:read it|write there)(?:; use a folder of your own)?$/,
    '   显示谁有权限',
  );
}
