import { Dropdown } from 'antd';

/** A chunk of its own: see `MenuButton`. */
export default Dropdown;
