/** The frame around every page, in Simplified Chinese. */
import type { frame as english } from '../en/frame.ts';

export const frame: Readonly<Record<keyof typeof english, string>> = {
  'app.name': 'Refit',
  'nav.runs': '运行',
  'nav.skip': '跳到内容',
  'nav.main': '主导航',
  'theme.toggle': '浅色或深色',
  'language.toggle': 'English',
  'session.signOut': '退出登录',
  'session.store': '存储库',
  'signedOut.title': '您尚未登录',
  'error.title': '操作未成功',
  'error.fix': '处理方法',
  'error.again': '重试',
  'notFound.title': '没有这个页面',
  'notFound.fix': '打开首页',
  copy: '复制',
  copied: '已复制',
  close: '关闭',
  cancel: '取消',
  'keys.title': '键盘',
  'keys.open': '键盘快捷键',
  'keys.go': '转到{page}',
  'keys.find': '查找步骤',
  'keys.next': '下一行、上一行',
  'keys.close': '关闭，或清除查找',
};
