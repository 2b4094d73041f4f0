# Hashes as Devise makes them with a pepper and without, by its own encryptor. Prints JSON lines.
# Usage: ruby make_devise.rb FOLDER/lib/devise/encryptor.rb VERSION

require 'json'
require ARGV[0]

class String
  def present?
    !empty?
  end
end
Model = Struct.new(:pepper, :stretches)

passwords = JSON.parse(File.read(File.join(__dir__, 'passwords.json')))
by = "Devise #{ARGV[1]}, bcrypt #{Gem.loaded_specs['bcrypt']&.version || '3.1.18'} for Ruby"
passwords.each do |name, text|
  [['', ''], ["the pepper of the vectors: 'caf\u00e9'", '$devise']].each do |pepper, prefix|
    # Where all of it does not fit into 72 octets, it cuts what is beyond.
    hash = Devise::Encryptor.digest(Model.new(pepper, 8), text)
    puts JSON.generate(by: by, password: name, hash: prefix + hash, weak: false)
  rescue ArgumentError
    # It refuses a NUL: nobody has a hash of that.
  end
end
