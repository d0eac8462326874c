// module JSONLines
