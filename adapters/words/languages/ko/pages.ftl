### 메일의 링크로 여는 페이지 문구

## 모든 페이지에 공통

page-wrong = 오류: { $heading }
page-new-password = 새 비밀번호
page-repeat-password = 새 비밀번호 확인
page-password = 비밀번호
page-email = 현재 이메일 주소
page-account-email = 이메일 주소
page-account = 계정: { $address }
page-mailed-to = 이 링크는 { $address } 주소로 보내 드린 것입니다.
page-go-on = 계속하기
page-try-again = 다시 시도하기
page-ask-for-new-link = 새 링크 받기
page-sign-in = 로그인
page-contact = { $channel ->
        [email] { $contact } 주소로 문의하기
       *[page] 문의하기
    }

## 입력란의 오류

page-passwords-differ = 두 비밀번호가 일치하지 않습니다. 둘 다 다시 입력해 주십시오.
page-not-signed-in = 이메일 주소나 비밀번호가 올바르지 않거나, 시도 횟수가 너무 많습니다.
page-other-account = 이 링크는 다른 계정의 것입니다. 해당 계정의 현재 이메일 주소로 로그인해 주십시오.
page-bad-address = 이메일 주소를 정확히 입력해 주십시오. 예: ada@example.com
page-must-change = 먼저 비밀번호를 변경하셔야 합니다. { $reason ->
        [assigned] 현재 비밀번호는 담당자가 정한 것입니다.
        [expired] 현재 비밀번호가 만료되었습니다.
        [weak] 현재 비밀번호는 지금의 규칙에 맞지 않습니다.
        [truncated] 지금까지는 비밀번호의 일부만 확인되었습니다.
       *[required] 서비스에서 변경을 요청했습니다.
    } 로그인하여 변경한 다음, 메일의 링크를 다시 열어 주십시오.

## 첫 비밀번호 설정

page-password-set-heading = 비밀번호 설정
page-password-set-lead = 계정에 로그인할 때 사용할 비밀번호를 설정해 주십시오.
page-password-set-button = 비밀번호 설정하기
page-password-set-done-heading = 비밀번호가 설정되었습니다
page-password-set-done-text = 이제 이 비밀번호로 로그인하실 수 있습니다.

## 비밀번호 재설정

page-password-reset-heading = 새 비밀번호 설정
page-password-reset-lead = 이전 비밀번호는 더 이상 사용할 수 없으며, 모든 기기에서 로그아웃됩니다.
page-password-reset-button = 새 비밀번호 설정하기
page-password-reset-done-heading = 비밀번호가 변경되었습니다
page-password-reset-done-text = 모든 기기에서 로그아웃되었습니다. 새 비밀번호로 로그인해 주십시오.

## 담당자가 관리하던 비밀번호를 본인이 직접 관리

page-password-management-heading = 비밀번호 직접 관리
page-password-management-lead = 지금까지 담당자가 비밀번호를 관리했습니다. 이제 직접 설정하시면 본인 외에는 아무도 알 수 없습니다. 모든 기기에서 로그아웃됩니다.
page-password-management-button = 비밀번호 설정하기
page-password-management-done-heading = 비밀번호가 설정되었습니다
page-password-management-done-text = 모든 기기에서 로그아웃되었습니다. 새 비밀번호로 로그인해 주십시오.

## 새 이메일 주소 확인. 현재 주소로 로그인

page-email-confirm-heading = 새 이메일 주소 확인
page-email-confirm-lead = 본인의 계정임을 확인할 수 있도록, 새 주소가 아닌 현재 이메일 주소로 로그인해 주십시오. 확인되면 새 주소로 변경되고 { $session ->
        [kept] 다른 모든 기기
       *[ended] 모든 기기
    }에서 로그아웃됩니다.
page-email-confirm-button = 로그인하여 확인하기
page-email-confirm-done-heading = 새 이메일 주소가 확인되었습니다
page-email-confirm-done-text = 앞으로는 새 이메일 주소로 로그인해 주십시오. 이전 주소로는 변경을 되돌릴 수 있는 링크를 보내 드렸습니다.

## 이메일 주소 변경 취소. 새 주소는 아직 확인되지 않음

page-email-cancel-heading = 이메일 주소 변경 취소
page-email-cancel-lead = 이 계정의 이메일 주소 변경이 진행 중입니다. 본인이 요청하지 않았다면 여기에서 취소한 다음 비밀번호를 변경해 주십시오. 본인이 요청하셨다면 이 페이지를 닫으시면 됩니다.
page-email-cancel-button = 변경 취소하기
page-email-cancel-done-heading = 변경이 취소되었습니다
page-email-cancel-done-text = 이메일 주소는 그대로입니다. 본인이 요청하지 않았다면 다른 사람이 비밀번호를 알고 있을 수 있습니다. 지금 바로 변경해 주십시오.

## 이전 주소로 되돌리기. 변경 완료

page-email-revert-heading = 이전 이메일 주소로 되돌리기
page-email-revert-lead = 이 계정의 이메일 주소가 변경되었습니다. 본인이 변경하지 않았다면 여기에서 되돌려 주십시오. 현재 비밀번호는 더 이상 사용할 수 없게 되고 모든 기기에서 로그아웃되며, 새 비밀번호를 설정하는 링크를 메일로 보내 드립니다.
page-email-revert-button = 이전 주소로 되돌리기
page-email-revert-done-heading = 이전 이메일 주소로 되돌렸습니다
page-email-revert-done-text = 모든 기기에서 로그아웃되었고 비밀번호는 더 이상 사용할 수 없습니다. 새 비밀번호를 설정하는 링크를 메일로 보내 드립니다. 계정이 정지되었거나 닫혀 있다면 다시 열린 후에 보내 드립니다.

## 닫힌 계정 다시 열기

page-reopen-heading = 계정 다시 열기
page-reopen-lead = 이 계정은 닫혀 있습니다. 새 비밀번호를 설정하시면 다시 열립니다. 모든 기기에서 로그아웃됩니다.
page-reopen-button = 계정 다시 열기
page-reopen-done-heading = 계정이 다시 열렸습니다
page-reopen-done-text = 새 비밀번호로 로그인해 주십시오.

## 메일이 도착하는지 확인

page-email-proof-heading = 이메일 주소 확인
page-email-proof-lead = 본인의 계정임을 확인할 수 있도록, 이 링크를 받은 이메일 주소로 로그인해 주십시오. 다른 것은 변경되지 않으며, 로그인된 기기도 그대로 유지됩니다.
page-email-proof-button = 로그인하여 확인하기
page-email-proof-done-heading = 이메일 주소가 확인되었습니다
page-email-proof-done-text = 이 주소로 메일이 도착하는 것을 확인했습니다.

## 새 링크 받기. 계정이 있는지는 알리지 않음

page-new-link-heading = 새 링크 받기
page-new-link-lead = 계정의 이메일 주소를 입력해 주십시오. 비밀번호를 설정하는 링크를 보내 드립니다.
page-new-link-button = 링크 보내기
page-new-link-done-heading = 메일을 확인해 주십시오
page-new-link-done-text = 이 주소로 등록된 계정이 있으면 링크를 보내 드립니다. 도착하기까지 몇 분 걸릴 수 있습니다. 스팸 메일함도 확인해 주십시오.

## 사용할 수 없는 링크

page-used-heading = 이미 사용된 링크입니다
page-used-text = 이미 사용되었거나 새 링크로 바뀌었습니다. 본인이 사용하셨다면 더 하실 일은 없습니다.
page-expired-heading = 만료된 링크입니다
page-expired-text = 안전을 위해 링크는 정해진 시간 동안만 사용할 수 있습니다.
page-invalid-heading = 작동하지 않는 링크입니다
page-invalid-text = 링크의 일부가 빠졌을 수 있습니다. 메일에서 바로 열거나 링크 전체를 복사해 주십시오. 오래전에 받으신 링크라면 더 이상 사용할 수 없습니다.
page-nothing-open-heading = 메일의 링크를 열어 주십시오
page-nothing-open-text = 열린 링크가 없거나, 연 지 오래되었습니다. 메일에서 링크를 다시 열어 주십시오. 그래도 이 페이지가 나타나면 이 사이트의 쿠키를 허용해 주십시오.
page-overtaken-heading = 더 이상 진행할 수 없습니다
page-overtaken-text = 링크를 보낸 후 변경된 내용이 있어, 이 링크로는 더 이상 진행할 수 없습니다.

## 처리되지 않은 요청

page-not-ours-heading = 아무것도 변경되지 않았습니다
page-not-ours-text = 보내신 내용이 여기에 열려 있는 링크와 맞지 않습니다. 그 후에 다른 링크를 여셨을 수 있습니다. 메일에서 링크를 다시 열어 주십시오.
page-unreadable-heading = 아무것도 변경되지 않았습니다
page-unreadable-text = 보내신 내용을 읽을 수 없었습니다. 다시 시도해 주십시오.
page-origin-refused-heading = 이 네트워크에서는 사용할 수 없습니다
page-origin-refused-text = 이 계정은 정해진 네트워크에서만 사용할 수 있습니다. 링크는 아직 사용할 수 있으니, 그 네트워크에서 다시 시도해 주십시오.
page-refused-heading = 아무것도 변경되지 않았습니다
page-refused-text = 서비스에서 이 요청을 거절했습니다. 링크는 아직 사용할 수 있습니다.
page-not-active-heading = 아무것도 변경되지 않았습니다
page-not-active-text = 이 계정은 정지되었거나 닫혀 있습니다.
page-email-taken-heading = 아무것도 변경되지 않았습니다
page-email-taken-text = 이 주소는 이미 다른 계정에서 사용 중입니다.
page-too-many-heading = 시도 횟수가 너무 많습니다
page-too-many-text = 사용 중인 네트워크에서 너무 여러 번 시도했습니다.
page-unavailable-heading = 지금은 사용할 수 없습니다
page-unavailable-text = 요청이 처리되지 않았을 수 있습니다. 잠시 후 다시 시도해 주십시오. 여러 번 시도하셔도 괜찮습니다.
page-failed-heading = 문제가 발생했습니다
page-failed-text = 저희 쪽의 문제이며, 해결되기 전에는 다시 시도하셔도 처리되지 않습니다.
