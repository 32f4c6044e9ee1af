# expect: any import-error
from torch import a_name_that_is_not_there
