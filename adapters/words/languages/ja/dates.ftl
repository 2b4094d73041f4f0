### 日本語での日時の書き方

moment = { $year }年{ $month }月{ $day }日 { $time }（{ $zone }）
