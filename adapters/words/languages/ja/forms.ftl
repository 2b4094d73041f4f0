### 入力フォームの文面（当方のページとサービス独自のフォームに共通）

## パスワードの文字数の案内

password-length-between = { $least }～{ $most }文字で設定してください。
password-length-at-least = { $least }文字以上で設定してください。単語をいくつか並べると覚えやすくなります。

## パスワードとして使えないもの

password-empty = パスワードを入力してください。
password-too-large = パスワードが長すぎます。{ $most }バイトまで使えます。
password-bad-character = 目に見えない文字など、再入力できない文字が含まれています。
password-unusable = パスワードとして使えません。

## パスワードが受け付けられない理由

violation-too-short = { $least }文字以上が必要です（現在{ $actual }文字）。
violation-too-long = { $most }文字以下にしてください（現在{ $actual }文字）。
violation-too-few-classes = 次のうち{ $least }種類以上の文字を使ってください：{ $kinds }。
violation-classes-missing = まだ使われていないのは{ $kinds }です。
kind-upper = 英大文字
kind-lower = 英小文字
kind-letter = 英字などの文字
kind-digit = 数字
kind-special = 記号
violation-banned-character = 使えない文字が含まれています。次の文字は使えません：{ $banned }
violation-common = 多くの人が使っているパスワードです。
violation-common-parts = 推測されやすいパスワードです。{ $parts }だけでできています。
part-listed = よくある単語
part-walk = キーボードやアルファベットの並び
part-repetition = 繰り返し
part-year = 年号
part-digits = 数字
violation-predictable = サービス名またはご自身のメールアドレスからできています。
violation-too-similar = サービス名またはご自身のメールアドレスに似すぎています。
violation-same-as-current = 現在のパスワードと同じです。
violation-used-before = 以前に使われたパスワードです。
violation-breached = 過去に流出したことのあるパスワードです。ほかの人に試されるおそれがあります。
violation-too-soon = 現在のパスワードは、{ $until }まで変更できません。
violation-host = このパスワードは使えません：{ $says }
violation-unknown = パスワードの規則を満たしていません。

list = { $items }、{ $next }

## 待ち時間

wait-seconds = { $seconds }秒後にもう一度お試しください。
wait-minutes = { $minutes }分後にもう一度お試しください。
wait-hours = { $hours }時間後にもう一度お試しください。
