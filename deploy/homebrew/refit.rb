# The template of the Homebrew formula. `npm run package` fills the words between @ and writes artifacts/refit.rb.
# Linux gets the executable. macOS gets the npm package, because the executables are for Linux.
class Refit < Formula
  desc "Plan, review and apply size changes of TencentDB for Redis instances"
  homepage "@URL@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    url "@URL_NPM@"
    sha256 "@SHA256_NPM@"
    depends_on "node"
  end

  on_linux do
    on_intel do
      url "@URL_X64@"
      sha256 "@SHA256_X64@"
    end
    on_arm do
      url "@URL_ARM64@"
      sha256 "@SHA256_ARM64@"
    end
  end

  def install
    if OS.mac?
      system "npm", "install", *std_npm_args
      bin.install_symlink libexec/"bin/refit"
      documents = libexec/"lib/node_modules/redis-refit/dist/share"
    else
      bin.install "bin/refit"
      pkgshare.install "share/refit/schemas"
      doc.install Dir["share/doc/refit/*"]
      documents = buildpath/"share"
    end
    man1.install documents/"man/man1/refit.1"
    bash_completion.install documents/"bash-completion/completions/refit"
    zsh_completion.install documents/"zsh/site-functions/_refit"
    fish_completion.install documents/"fish/vendor_completions.d/refit.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/refit --version")
  end
end
