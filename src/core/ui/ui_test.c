#include "core/ui/ui.h"
#include "core/test/test.h"

TEST(icons_have_names)
{
	for (int i = 1; i < UI_ICON_COUNT; i++)
		EXPECT(ui_icon_name((enum ui_icon)i) != NULL);
}
