/** Signing in by a provider, in Simplified Chinese. */
import type { signIn as english } from '../en/sign-in.ts';

export const signIn: Readonly<Record<keyof typeof english, string>> = {
  'signIn.with': '使用 {host} 登录',
  'signIn.about': '登录后才能查看运行、计划和实例。',
  'signIn.denied': '身份提供方未允许您登录。请重试，或联系其管理员。',
  'signIn.domain': '您的账号没有属于允许域名的已验证邮箱。请联系此控制台的管理员。',
  'signIn.expired': '此次登录超时、已被使用，或是在另一个浏览器中开始的。请重新登录。',
  'signIn.invalid': '身份提供方的应答未通过检查。请重新登录。如果再次出现，控制台的日志中有原因。',
  'signIn.no-name': '您的账号没有可写入日志的名称。请管理员在人员文件中选择另一个声明。',
  'signIn.no-role': '您已在身份提供方登录，但您所在的组在这里没有角色。请向此控制台的管理员申请加入组。',
  'signIn.unavailable': '身份提供方没有应答。请一分钟后重试。已登录的人可以继续使用。',
  'signIn.too-many': '来自您的地址的尝试过多。请一分钟后重试。',
};
