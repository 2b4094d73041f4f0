### メールのリンクから開くページの文面

## すべてのページに共通

page-wrong = エラー：{ $heading }
page-new-password = 新しいパスワード
page-repeat-password = 新しいパスワード（確認）
page-password = パスワード
page-email = 現在のメールアドレス
page-account-email = メールアドレス
page-account = アカウント：{ $address }
page-mailed-to = このリンクは{ $address }にお送りしたものです。
page-go-on = 続ける
page-try-again = もう一度試す
page-ask-for-new-link = 新しいリンクを受け取る
page-sign-in = ログイン
page-contact = { $channel ->
        [email] { $contact }に問い合わせる
       *[page] お問い合わせ
    }

## 入力欄のエラー

page-passwords-differ = 2つのパスワードが一致しません。両方とも入力し直してください。
page-not-signed-in = メールアドレスまたはパスワードが正しくないか、試行回数が多すぎます。
page-other-account = このリンクは別のアカウントのものです。そのアカウントの現在のメールアドレスでログインしてください。
page-bad-address = メールアドレスを正しく入力してください（例：ada@example.com）。
page-must-change = 先にパスワードを変更していただく必要があります。{ $reason ->
        [assigned] 今のパスワードは、担当者が設定したものです。
        [expired] 今のパスワードは、有効期限が切れています。
        [weak] 今のパスワードは、現在の基準を満たしていません。
        [truncated] 今のパスワードは、これまで一部しか照合されていませんでした。
       *[required] サービスから変更をお願いしています。
    }ログインして変更したあと、メールのリンクをもう一度開いてください。

## 最初のパスワードの設定

page-password-set-heading = パスワードの設定
page-password-set-lead = アカウントにログインするためのパスワードを設定してください。
page-password-set-button = パスワードを設定する
page-password-set-done-heading = パスワードを設定しました
page-password-set-done-text = このパスワードでログインしていただけます。

## パスワードの再設定

page-password-reset-heading = 新しいパスワードの設定
page-password-reset-lead = これまでのパスワードは使えなくなり、すべての端末でログアウトされます。
page-password-reset-button = 新しいパスワードを設定する
page-password-reset-done-heading = パスワードを変更しました
page-password-reset-done-text = すべての端末でログアウトされました。新しいパスワードでログインしてください。

## 担当者が管理していたパスワードを、ご本人が管理

page-password-management-heading = パスワードをご自身で管理
page-password-management-lead = これまで担当者が管理していたパスワードを、ご自身で設定してください。今後、ご本人以外に知られることはありません。設定すると、すべての端末でログアウトされます。
page-password-management-button = パスワードを設定する
page-password-management-done-heading = パスワードを設定しました
page-password-management-done-text = すべての端末でログアウトされました。新しいパスワードでログインしてください。

## 新しいメールアドレスの確認。現在のメールアドレスでログイン

page-email-confirm-heading = 新しいメールアドレスの確認
page-email-confirm-lead = ご本人であることを確認するため、新しいメールアドレスではなく、現在のメールアドレスでログインしてください。確認が済むと新しいメールアドレスに切り替わり、{ $session ->
        [kept] ほかのすべての端末
       *[ended] すべての端末
    }でログアウトされます。
page-email-confirm-button = ログインして確認する
page-email-confirm-done-heading = 新しいメールアドレスを確認しました
page-email-confirm-done-text = 今後は、新しいメールアドレスでログインしてください。前のメールアドレスには、変更を元に戻すためのリンクをお送りしました。

## メールアドレスの変更の取り消し。新しいメールアドレスは未確認

page-email-cancel-heading = メールアドレスの変更を取り消す
page-email-cancel-lead = このアカウントのメールアドレスを変更する手続きが行われています。お心当たりがない場合は、ここで変更を取り消したうえで、パスワードを変更してください。ご自身で手続きをされた場合は、このままページを閉じてください。
page-email-cancel-button = 変更を取り消す
page-email-cancel-done-heading = 変更を取り消しました
page-email-cancel-done-text = メールアドレスは今のままです。お心当たりのない変更だった場合は、パスワードを知られているおそれがありますので、すぐに変更してください。

## 元のメールアドレスに戻す。変更は完了

page-email-revert-heading = 元のメールアドレスに戻す
page-email-revert-lead = このアカウントのメールアドレスが変更されました。お心当たりがない場合は、ここで元に戻してください。今のパスワードは無効になり、すべての端末でログアウトされます。新しいパスワードを設定するためのリンクを、メールでお送りします。
page-email-revert-button = 元のメールアドレスに戻す
page-email-revert-done-heading = 元のメールアドレスに戻しました
page-email-revert-done-text = すべての端末でログアウトされ、パスワードは無効になりました。新しいパスワードを設定するためのリンクを、メールでお送りします。アカウントが停止または閉鎖されている場合は、再開されたあとにお送りします。

## 閉鎖されたアカウントの再開

page-reopen-heading = アカウントの再開
page-reopen-lead = このアカウントは閉鎖されています。新しいパスワードを設定すると、再開できます。すべての端末でログアウトされます。
page-reopen-button = アカウントを再開する
page-reopen-done-heading = アカウントを再開しました
page-reopen-done-text = 新しいパスワードでログインしてください。

## メールが届くことの確認

page-email-proof-heading = メールアドレスの確認
page-email-proof-lead = ご本人であることを確認するため、このリンクが届いたメールアドレスでログインしてください。ほかは何も変わりません。お使いの端末でログアウトされることもありません。
page-email-proof-button = ログインして確認する
page-email-proof-done-heading = メールアドレスを確認しました
page-email-proof-done-text = このメールアドレスにメールが届くことを確認しました。

## 新しいリンクの送信。アカウントの有無は明かさない

page-new-link-heading = 新しいリンクを受け取る
page-new-link-lead = アカウントのメールアドレスを入力してください。パスワードを設定するためのリンクをお送りします。
page-new-link-button = リンクを送信する
page-new-link-done-heading = メールをご確認ください
page-new-link-done-text = このメールアドレスのアカウントがある場合は、リンクをお送りします。届くまでに数分かかることがあります。迷惑メールのフォルダーもご確認ください。

## 使えないリンク

page-used-heading = このリンクは使用済みです
page-used-text = すでに使われたか、新しいリンクに置き換わっています。ご自身で使われた場合、ほかに何かをなさる必要はありません。
page-expired-heading = リンクの有効期限が切れています
page-expired-text = 安全のため、リンクには有効期限があります。
page-invalid-heading = このリンクは使えません
page-invalid-text = リンクが途中で切れている可能性があります。メールから直接開くか、リンク全体をコピーしてください。以前にお送りしたリンクの場合は、すでに無効になっています。
page-nothing-open-heading = メールのリンクを開いてください
page-nothing-open-text = リンクが開かれていないか、開いてから時間がたっています。メールのリンクをもう一度開いてください。それでもこのページが表示される場合は、このサイトのCookieを許可してください。
page-overtaken-heading = この操作はもう行えません
page-overtaken-text = リンクをお送りしたあとに変更があったため、このリンクの操作は行えなくなりました。

## 受け付けられなかった操作

page-not-ours-heading = 何も変更されていません
page-not-ours-text = 送信された内容が、ここで開かれているリンクのものではありません。あとから別のリンクを開かれた可能性があります。メールのリンクをもう一度開いてください。
page-unreadable-heading = 何も変更されていません
page-unreadable-text = 送信された内容を読み取れませんでした。もう一度お試しください。
page-origin-refused-heading = このネットワークからは利用できません
page-origin-refused-text = このアカウントは、決められたネットワークからのみ利用できます。リンクはまだ使えますので、そのネットワークからもう一度お試しください。
page-refused-heading = 何も変更されていません
page-refused-text = サービスがこの操作を受け付けませんでした。リンクはまだ使えます。
page-not-active-heading = 何も変更されていません
page-not-active-text = このアカウントは停止または閉鎖されています。
page-email-taken-heading = 何も変更されていません
page-email-taken-text = このメールアドレスは、すでに別のアカウントで使われています。
page-too-many-heading = 操作の回数が多すぎます
page-too-many-text = お使いのネットワークから、短い時間に多くの操作が行われました。
page-unavailable-heading = 一時的にご利用いただけません
page-unavailable-text = 操作が完了していない可能性があります。少し待ってからもう一度お試しください。繰り返しても問題はありません。
page-failed-heading = 問題が発生しました
page-failed-text = 当方の不具合によるものです。修復されるまでは、もう一度お試しいただいても完了できません。
