### 日本語のメール文面

## すべてのメールに共通

sentences = { $first }{ $second }
fact = { $label }：{ $value }
above-link = { $label }：
back = { $service }に戻る
link-works-once = このリンクは{ $until }まで、1回に限りご利用いただけます。
not-expected = このメールにお心当たりがない場合は、どなたかがメールアドレスを誤って入力した可能性があります。そのままにしていただければ、何も変更されません。

fact-when = 日時
fact-by = 操作した人
fact-from = 接続元
by-stranger = ログインしていない人
by-code-bearer = お送りしたメールのリンクを使った人
by-owner = アカウントにログインしていた人
by-administrator = { $service }の担当者

## お問い合わせ先

turn-to = { $channel ->
        [email] { $contact } までご連絡ください
        [page] { $contact } をご覧ください
       *[none] { $service }までご連絡ください
    }
contact-if-mails-go-on = このようなメールが続く場合は、{ turn-to }。
contact-if-it-goes-on = 同じことが続く場合は、{ turn-to }。
contact-if-too-late = リンクが使えなくなっている場合は、{ turn-to }。
contact-if-no-password = パスワードを再設定できない場合は、{ turn-to }。
contact-if-no-link = リンクが届かない場合は、{ turn-to }。
contact-if-no-log-in = ログインできない場合は、{ turn-to }。

## 最初のパスワードの設定

password-set-subject = パスワードを設定してください
password-set-tells = { $service }のアカウントのパスワードを設定していただけます。
password-set-button = パスワードを設定する
password-set-unasked = { not-expected }

## パスワードの再設定

password-reset-subject = 新しいパスワードの設定
password-reset-tells = { $service }のアカウントについて、パスワードの再設定のお申し込みがありました。
password-reset-button = 新しいパスワードを設定する
password-reset-unasked = お心当たりがない場合は、何もなさる必要はありません。パスワードは今のまま変わりません。

## 担当者が管理していたパスワードを、ご本人が管理

password-management-subject = パスワードをご自身で管理していただけます
password-management-tells = 今後、{ $service }のアカウントのパスワードは、ご自身で管理していただけます。パスワードを設定していただくと、ご本人以外に知られることはありません。
password-management-button = パスワードを設定する
password-management-unasked = 設定していただくまでは、すべて今のままです。

## 新しいメールアドレス宛て

email-confirm-subject = 新しいメールアドレスの確認
email-confirm-tells = このメールアドレスが、{ $service }のアカウントの新しいメールアドレスとして指定されました。
email-confirm-button = このメールアドレスを確認する
email-confirm-unasked = { not-expected }

## 今のメールアドレス宛て。新しいメールアドレスは未確認

email-cancel-subject = メールアドレスの変更手続きが行われています
email-cancel-tells = { $service }のアカウントのメールアドレスを変更する手続きが行われています。新しいメールアドレスが確認されると、変更が完了します。ご自身で手続きをされた場合、このメールで何かをなさる必要はありません。
email-cancel-unasked = お心当たりがない場合は、下のリンクから変更を取り消したうえで、パスワードを変更してください。
email-cancel-button = メールアドレスの変更を取り消す

## 前のメールアドレス宛て。変更は完了

email-revert-subject = メールアドレスが変更されました
email-revert-tells = { $service }のアカウントのメールアドレスが変更されました。今後、このアカウントに関するメールはこちらには届きません。
email-revert-unasked = お心当たりがない場合は、下のリンクからアカウントを取り戻してください。すべての端末でログアウトされ、新しいパスワードを設定していただくことになります。
email-revert-button = 元のメールアドレスに戻す

## ログインしていた人によるアカウントの閉鎖

reopen-subject = アカウントが閉鎖されました
reopen-tells = { $service }のアカウントが、ログインしていてパスワードを知っている人によって閉鎖されました。{ $until }までは再開できます。その後、アカウントの情報はすべて消去されます。
reopen-unasked = お心当たりがない場合や、引き続きアカウントをお使いになりたい場合は、下のリンクから新しいパスワードを設定して再開してください。
reopen-button = アカウントを再開する

## メールが届くことの確認

email-proof-subject = メールアドレスの確認
email-proof-tells = { $service }のアカウントにこのメールアドレスが登録されていますが、メールが届くことはまだ確認されていません。リンクを開くと、ログインを求められます。
email-proof-button = このメールアドレスを確認する
email-proof-unasked = { not-expected }

## パスワードの変更

password-changed-subject = パスワードが変更されました
password-changed-tells = { $service }のアカウントのパスワードが変更されました。
password-changed-dropped = 手続き中だったメールアドレスの変更は、以前のパスワードとともに無効になりました。メールアドレスは今のままです。
password-changed-unasked = お心当たりがない場合は、すぐに{ $service }でパスワードの再設定をお申し込みください。

## 担当者によるメールアドレスの変更。前のメールアドレス宛て

email-replaced-subject = メールアドレスが変更されました
email-replaced-tells = { $service }の担当者が、アカウントのメールアドレスをこのメールアドレスから別のものに変更しました。今後、アカウントに関するメールはこちらには届きません。
email-replaced-unasked = この変更を依頼された覚えがない場合は、{ turn-to }。

## ほかのアカウントですでに使われているメールアドレス宛て

email-taken-subject = このメールアドレスにはすでにアカウントがあります
email-taken-tells = このメールアドレスが、{ $service }のアカウントの新しいメールアドレスとして指定されましたが、すでに別のアカウントで使われています。そのため、何も変更されていません。
email-taken-unasked = { nothing-to-do }

nothing-to-do = お心当たりがない場合は、何もなさる必要はありません。

## すでにアカウントのあるメールアドレスでの登録

already-registered-subject = すでにアカウントをお持ちです
already-registered-tells = このメールアドレスで{ $service }のアカウントを作成するお申し込みがありました。すでにアカウントがあるため、何も変更されていません。パスワードをお忘れの場合は、{ $service }で再設定をお申し込みください。
already-registered-unasked = { nothing-to-do }

## 担当者が閉鎖したアカウントのメールアドレスでの登録

closed-by-staff-subject = アカウントは閉鎖されています
closed-by-staff-tells = このメールアドレスで{ $service }のアカウントを作成するお申し込みがありました。すでにアカウントがあり、{ $service }の担当者によって閉鎖されているため、何も変更されていません。アカウントを再開できるのは担当者だけです。
closed-by-staff-needed = ご自身でお申し込みになり、アカウントが必要な場合は、{ turn-to }。
closed-by-staff-unasked = { nothing-to-do }

## ログインの失敗

locked-subject = ログインの失敗が続きました
locked-tells = { $service }のアカウントに、誤ったパスワードでのログインが何度も試みられました。そのため、初めて使われる端末からのログインを一時的に制限しました。パスワードは変更されていません。
locked-unasked = ご自身の操作によるものでしたら、しばらく待ってからもう一度お試しいただくか、パスワードを再設定してください。お心当たりがない場合も、推測されにくいパスワードであれば破られることはありません。何もなさる必要はありません。

## ログインの失敗によるパスワードの停止

disabled-subject = パスワードの再設定が必要です
disabled-tells = { $service }のアカウントに、誤ったパスワードでのログインが非常に多く試みられました。そのため、初めて使われる端末からは、今のパスワードではログインできなくなりました。パスワードを再設定するまで、この状態が続きます。
disabled-link-follows = 新しいパスワードを設定するためのリンクを、別のメールでお送りします。設定が済めば、これまでどおりログインできます。ログインの試みにお心当たりがない場合も、それによってログインされたことはありません。
disabled-ask = { $service }でパスワードの再設定をお申し込みください。設定が済めば、これまでどおりログインできます。ログインの試みにお心当たりがない場合も、それによってログインされたことはありません。

## アカウントの閉鎖

closed-subject = アカウントが閉鎖されました
closed-tells = { $service }のアカウントが閉鎖されました。{ $until }までは再開できます。その後、アカウントの情報はすべて消去されます。
closed-unasked = お心当たりがない場合は、それまでに { turn-to }。

## パスワードの有効期限

password-expires-subject = パスワードの有効期限が近づいています
password-expires-tells = { $service }のアカウントのパスワードの有効期限は{ $until }です。それまでにログインして変更してください。変更されなかった場合は、次にログインするときに変更していただくことになります。

## 担当者宛て：メールの送信停止

sending-stopped-subject = アカウント { $account } へのメールの送信を停止しました
sending-stopped-tells = { $service }のアカウント { $account } のメールアドレスへの送信を停止しました。対象は、{ $scope ->
        [sign-up] 第三者による登録のお申し込みに伴うメール
        [reset] パスワードの再設定のお申し込みに伴うメール
        [email-change] 他者のメールアドレス変更に伴うメール
        [log-in] ログインの失敗に伴うメール
       *[all] すべてのメール
    }です。理由は、{ $cause ->
        [rejected] 所有者またはメールサーバーが当方のメールを拒否している
       *[no-such-mailbox] メールボックスが存在しない
    }ためです。
sending-stopped-remedy = 所有者のメールアドレスが変わった場合、またはメールが再び届くようになった場合は、メールアドレスを変更するか、送信停止を解除してください。

## 担当者宛て：送信の中止

mail-expired-subject = アカウント { $account } へのメールの送信を中止しました
mail-expired-tells = { $service }のアカウント { $account } へのメール（{ $purpose }）の送信を中止しました。メールサーバーに受け取られる前に、リンクの有効期限が切れたためです。
mail-expired-remedy = ほかにも同様のメールがあるかもしれません。このお知らせは1時間に1回までです。送信を中止したメールは、送信待ちの一覧で確認できます。もう一度送信待ちにすると、受取人がまだ必要としている場合は、新しいリンクが付きます。
