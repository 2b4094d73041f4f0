### 한국어 메일 문구

## 모든 메일에 공통

sentences = { $first } { $second }
fact = { $label }: { $value }
above-link = { $label }:
back = { $service }(으)로 돌아가기
link-works-once = 이 링크는 { $until }까지 한 번만 사용할 수 있습니다.
not-expected = 이 메일을 요청하신 적이 없다면 다른 분이 이메일 주소를 잘못 입력했을 수 있습니다. 그대로 두시면 아무것도 변경되지 않습니다.

fact-when = 일시
fact-by = 실행한 사람
fact-from = 접속 환경
by-stranger = 로그인하지 않은 사람
by-code-bearer = 메일로 보내 드린 링크를 사용한 사람
by-owner = 계정에 로그인한 사람
by-administrator = { $service } 담당자

## 문의처

turn-to = { $channel ->
        [email] { $contact } 주소로 문의해 주십시오
        [page] { $contact } 페이지를 확인해 주십시오
       *[none] { $service }에 문의해 주십시오
    }
contact-if-mails-go-on = 이런 메일이 계속 오면 { turn-to }.
contact-if-it-goes-on = 같은 일이 계속되면 { turn-to }.
contact-if-too-late = 링크가 더 이상 작동하지 않으면 { turn-to }.
contact-if-no-password = 비밀번호를 재설정할 수 없으면 { turn-to }.
contact-if-no-link = 링크가 오지 않으면 { turn-to }.
contact-if-no-log-in = 로그인할 수 없으면 { turn-to }.

## 첫 비밀번호 설정

password-set-subject = 비밀번호를 설정해 주십시오
password-set-tells = { $service } 계정의 비밀번호를 설정하실 수 있습니다.
password-set-button = 비밀번호 설정하기
password-set-unasked = { not-expected }

## 비밀번호 재설정

password-reset-subject = 새 비밀번호 설정
password-reset-tells = { $service } 계정의 비밀번호 재설정 요청이 접수되었습니다.
password-reset-button = 새 비밀번호 설정하기
password-reset-unasked = 본인이 요청하지 않았다면 아무것도 하지 않으셔도 됩니다. 비밀번호는 그대로 유지됩니다.

## 담당자가 관리하던 비밀번호를 본인이 직접 관리

password-management-subject = 이제 비밀번호를 직접 관리하실 수 있습니다
password-management-tells = 이제부터 { $service } 계정의 비밀번호를 직접 관리하실 수 있습니다. 비밀번호를 설정하시면 본인 외에는 아무도 알 수 없습니다.
password-management-button = 비밀번호 설정하기
password-management-unasked = 설정하시기 전까지는 모든 것이 그대로 유지됩니다.

## 새 이메일 주소로 보내는 메일

email-confirm-subject = 새 이메일 주소 확인
email-confirm-tells = 이 주소가 { $service } 계정의 새 이메일 주소로 입력되었습니다.
email-confirm-button = 이 주소 확인하기
email-confirm-unasked = { not-expected }

## 현재 주소로 보내는 메일. 새 주소는 아직 확인되지 않음

email-cancel-subject = 이메일 주소가 곧 변경됩니다
email-cancel-tells = { $service } 계정의 이메일 주소 변경이 진행 중입니다. 새 주소가 확인되는 즉시 변경됩니다. 본인이 요청하셨다면 이 메일에서 하실 일은 없습니다.
email-cancel-unasked = 본인이 요청하지 않았다면 아래 링크로 변경을 취소한 다음 비밀번호를 변경해 주십시오.
email-cancel-button = 현재 주소 유지하기

## 이전 주소로 보내는 메일. 변경 완료

email-revert-subject = 이메일 주소가 변경되었습니다
email-revert-tells = { $service } 계정의 이메일 주소가 변경되었습니다. 앞으로 이 계정에 관한 메일은 이 주소로 오지 않습니다.
email-revert-unasked = 본인이 변경하지 않았다면 아래 링크로 계정을 되찾으십시오. 모든 기기에서 로그아웃되며 새 비밀번호를 설정하시게 됩니다.
email-revert-button = 이전 주소로 되돌리기

## 로그인한 사람이 계정을 닫음

reopen-subject = 계정이 닫혔습니다
reopen-tells = 로그인한 상태에서 비밀번호를 알고 있는 사람이 { $service } 계정을 닫았습니다. { $until }까지 다시 열 수 있으며, 그 후에는 계정에 관한 모든 정보가 삭제됩니다.
reopen-unasked = 본인이 닫지 않았거나 계정을 다시 사용하시려면 아래 링크에서 새 비밀번호를 설정하여 다시 여십시오.
reopen-button = 계정 다시 열기

## 메일이 도착하는지 확인

email-proof-subject = 이메일 주소 확인
email-proof-tells = { $service } 계정에 이 주소가 등록되어 있으나, 메일이 도착하는지 아직 확인되지 않았습니다. 링크를 열면 로그인하셔야 합니다.
email-proof-button = 이 주소 확인하기
email-proof-unasked = { not-expected }

## 비밀번호 변경

password-changed-subject = 비밀번호가 변경되었습니다
password-changed-tells = { $service } 계정의 비밀번호가 변경되었습니다.
password-changed-dropped = 진행 중이던 이메일 주소 변경은 이전 비밀번호와 함께 취소되었습니다. 이메일 주소는 그대로입니다.
password-changed-unasked = 본인이 변경하지 않았다면 즉시 { $service }에서 비밀번호 재설정을 요청해 주십시오.

## 담당자가 주소를 변경함. 이전 주소로 보내는 메일

email-replaced-subject = 이메일 주소가 변경되었습니다
email-replaced-tells = { $service } 담당자가 계정의 이메일 주소를 이 주소에서 다른 주소로 변경했습니다. 앞으로 계정에 관한 메일은 이 주소로 오지 않습니다.
email-replaced-unasked = 이 변경을 요청하지 않으셨다면 { turn-to }.

## 다른 계정에서 이미 사용 중인 주소

email-taken-subject = 이 주소에는 이미 계정이 있습니다
email-taken-tells = 이 주소가 { $service } 계정의 새 이메일 주소로 입력되었지만 이미 다른 계정에서 사용 중입니다. 따라서 아무것도 변경되지 않았습니다.
email-taken-unasked = { nothing-to-do }

nothing-to-do = 본인이 한 일이 아니라면 아무것도 하지 않으셔도 됩니다.

## 이미 계정이 있는 주소로 가입

already-registered-subject = 이미 계정이 있습니다
already-registered-tells = 이 주소로 { $service } 계정을 만들려는 요청이 있었습니다. 이미 계정이 있으므로 아무것도 변경되지 않았습니다. 비밀번호를 잊으셨다면 { $service }에서 재설정을 요청해 주십시오.
already-registered-unasked = { nothing-to-do }

## 담당자가 닫은 계정의 주소로 가입

closed-by-staff-subject = 계정이 닫혀 있습니다
closed-by-staff-tells = 이 주소로 { $service } 계정을 만들려는 요청이 있었습니다. 이미 계정이 있고 { $service } 담당자가 그 계정을 닫았으므로 아무것도 변경되지 않았습니다. 담당자만 계정을 다시 열 수 있습니다.
closed-by-staff-needed = 본인이 요청하셨고 계정이 필요하시면 { turn-to }.
closed-by-staff-unasked = { nothing-to-do }

## 로그인 실패

locked-subject = 로그인에 여러 번 실패했습니다
locked-tells = 누군가 잘못된 비밀번호로 { $service } 계정에 여러 번 로그인하려고 했습니다. 그래서 처음 사용하는 기기에서의 로그인이 잠시 제한되었습니다. 비밀번호는 그대로입니다.
locked-unasked = 본인이 하신 일이라면 잠시 후 다시 시도하거나 비밀번호 재설정을 요청해 주십시오. 본인이 아니더라도 추측하기 어려운 비밀번호라면 안전하므로 아무것도 하지 않으셔도 됩니다.

## 로그인 실패로 비밀번호 사용이 제한됨

disabled-subject = 비밀번호를 재설정해야 합니다
disabled-tells = 누군가 잘못된 비밀번호로 { $service } 계정에 매우 여러 번 로그인하려고 했습니다. 그래서 처음 사용하는 기기에서는 현재 비밀번호로 로그인할 수 없습니다. 비밀번호를 재설정할 때까지 이 상태가 유지됩니다.
disabled-link-follows = 새 비밀번호를 설정하는 링크를 별도의 메일로 보내 드립니다. 설정하시면 이전처럼 로그인하실 수 있습니다. 본인이 로그인을 시도하지 않았더라도, 그 시도로 로그인에 성공한 사람은 없습니다.
disabled-ask = { $service }에서 비밀번호 재설정을 요청해 주십시오. 설정하시면 이전처럼 로그인하실 수 있습니다. 본인이 로그인을 시도하지 않았더라도, 그 시도로 로그인에 성공한 사람은 없습니다.

## 계정이 닫힘

closed-subject = 계정이 닫혔습니다
closed-tells = { $service } 계정이 닫혔습니다. { $until }까지 다시 열 수 있으며, 그 후에는 계정에 관한 모든 정보가 삭제됩니다.
closed-unasked = 본인이 요청하지 않았다면 그 전에 { turn-to }.

## 비밀번호 만료 예정

password-expires-subject = 비밀번호가 곧 만료됩니다
password-expires-tells = { $service } 계정의 비밀번호가 { $until }에 만료됩니다. 그 전에 로그인하여 비밀번호를 변경해 주십시오. 변경하지 않으시면 다음 로그인 때 변경하셔야 합니다.

## 담당자에게: 메일 발송 중단

sending-stopped-subject = 계정 { $account }에 대한 메일 발송이 중단되었습니다
sending-stopped-tells = { $service } 계정 { $account }의 이메일 주소로 보내는 메일 발송이 중단되었습니다. 대상: { $scope ->
        [sign-up] 제삼자의 가입 요청으로 보내는 메일
        [reset] 비밀번호 재설정 요청으로 보내는 메일
        [email-change] 다른 사람의 주소 변경으로 보내는 메일
        [log-in] 로그인 실패로 보내는 메일
       *[all] 모든 메일
    }. 이유: { $cause ->
        [rejected] 소유자 또는 메일 서버가 메일을 거부함
       *[no-such-mailbox] 존재하지 않는 메일함
    }.
sending-stopped-remedy = 소유자의 주소가 바뀌었거나 메일함이 다시 메일을 받을 수 있게 되면 주소를 변경하거나 발송 중단을 해제해 주십시오.

## 담당자에게: 메일 발송 포기

mail-expired-subject = 계정 { $account }에 대한 메일을 보내지 못했습니다
mail-expired-tells = { $service } 계정 { $account }에 대한 메일({ $purpose })을 보내지 못했습니다. 메일 서버가 받기 전에 링크가 만료되었습니다.
mail-expired-remedy = 다른 메일도 같은 상태일 수 있습니다. 이 알림은 최대 한 시간에 한 번 발송됩니다. 보내지 못한 메일은 발송 대기 목록에서 확인할 수 있습니다. 다시 대기시키면, 받는 분에게 아직 필요한 경우 새 링크가 포함됩니다.
